"""Bad data of every kind of fit: what each kind refuses, in one clear line for each thing that is wrong."""

import csv
import io
from pathlib import Path

import pytest

from twin import cli
from twin.fitting import KINDS
from twin.fitting.law import Column
from twin.fitting.table import check_agreement, read_table
from twin.scenario import baseline

PLAN = baseline()
EXAMPLES = Path(__file__).resolve().parents[1] / "datasets" / "reference"
MEASURED = [(kind, one) for kind, law in KINDS.items() for one in law.columns if one.measured]
COLUMNS = [(kind, one) for kind, law in KINDS.items() for one in law.columns]
REQUIRED = [(kind, one) for kind, one in COLUMNS if one.required]


def name(given: object) -> str:
    return given.name if isinstance(given, Column) else str(given)


def example(kind: str) -> list[dict[str, str]]:
    """The rows of a shipped example, at most four, as they stand in its file."""
    text = (EXAMPLES / f"example_{kind}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))[:4]


def written(rows: list[dict[str, str]]) -> str:
    """Rows as the text of a file."""
    told = io.StringIO()
    table = csv.DictWriter(told, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return told.getvalue()


def refused(kind: str, rows: list[dict[str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What `twin fit` says of rows that it refuses: one line, exit code 2, and no set beside the data."""
    path = tmp_path / "mine.csv"
    path.write_text(written(rows), encoding="utf-8")
    assert cli.main(["fit", kind, "--data", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: mine.csv")
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == [path]
    return said.err


@pytest.mark.parametrize(("kind", "column"), REQUIRED, ids=name)
def test_a_column_that_is_needed_is_named(kind, column, tmp_path, capsys):
    """Without one of the columns that each row must have, the line says which one, and no fit is made."""
    rows = [{key: value for key, value in row.items() if key != column.name} for row in example(kind)]
    assert f"mine.csv:1: without the column {column.name}" in refused(kind, rows, tmp_path, capsys)


@pytest.mark.parametrize(("kind", "column"), COLUMNS, ids=name)
@pytest.mark.parametrize("cell", ["-1", "few", "inf"])
def test_a_cell_that_is_no_such_number_is_named(kind, column, cell, tmp_path, capsys):
    """A negative value, a word or an infinite number in any column: line, column, value, and what to write."""
    rows = example(kind)
    rows[1][column.name] = cell
    said = refused(kind, [{column.name: "", **row} for row in rows], tmp_path, capsys)
    assert f"mine.csv:3: {column.name} = {cell}: " in said
    why = {"-1": f"below {column.low:g}, the least", "few": "no number", "inf": "no finite number"}[cell]
    assert why in said
    assert f" {column.unit}" in said


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_one_row_is_no_campaign(kind, tmp_path, capsys):
    """One row of any kind tells no error."""
    assert "one row of data" in refused(kind, example(kind)[:1], tmp_path, capsys)


def pair(kind: str, column: Column, apart: float) -> list[dict[str, str]]:
    """Two rows that were set alike, and measured so far apart."""
    law = KINDS[kind]
    set_so = {key: cell for key, cell in example(kind)[0].items() if not law.column(key).measured}
    middle = 0.5 * (column.low + min(column.high, column.low + 20.0 * column.apart))
    return [{**set_so, column.name: f"{value:.6g}"} for value in (middle, middle + apart)]


@pytest.mark.parametrize(("kind", "column"), MEASURED, ids=name)
def test_rows_that_contradict_each_other_are_named(kind, column, tmp_path, capsys):
    """Two rows that were set alike and measured too far apart: both values, and the line of each."""
    rows = pair(kind, column, 1.01 * column.apart)
    one, other = (row[column.name] for row in rows)
    assert f"mine.csv:3: {column.name} = {other} contradicts {one} in line 2" in refused(kind, rows, tmp_path, capsys)


@pytest.mark.parametrize(("kind", "column"), MEASURED, ids=name)
def test_rows_that_scatter_as_measurements_do_are_taken(kind, column, tmp_path):
    """What lies a little nearer together is two measurements of one thing."""
    path, law = tmp_path / "mine.csv", KINDS[kind]
    path.write_text(written(pair(kind, column, 0.99 * column.apart)), encoding="utf-8")
    table = read_table(path, law)
    check_agreement(table, law, law.prepare(PLAN.products[law.product].procedure))
    assert len(table.lines) == 2
