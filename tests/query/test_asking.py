"""Asking is read-only: nothing leaves the store, nothing is changed, and every wrong question gets one clear line."""

import json
import shutil
import time
from unittest.mock import Mock

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twin.bench.faults.asked import FORBIDDEN
from twin.bench.faults.sample import publish_sample
from twin.errors import ContractError, RunError, UsageError
from twin.query import FORMATS, Limits, answering, ask, opened, told
from twin.store import Store
from twin.store.record import sealed, unsealed


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_what_is_no_question_to_the_tables_is_refused(real, connection, sql):
    """Files, other statements, settings, extensions: one line, and nothing is written."""
    before = sorted(real.store.rglob("*"))
    with pytest.raises(UsageError) as refused:
        ask(connection, sql.format(store=real.store))
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("query")
    assert "root:" not in str(refused.value)
    assert sorted(real.store.rglob("*")) == before


@pytest.mark.parametrize("setting", ["enable_external_access = true", "lock_configuration = false", "threads = 64"])
def test_the_connection_itself_is_locked(connection, setting):
    """Even past our own look at the statement no setting can be changed, and no file be read or written."""
    with pytest.raises(duckdb.Error):
        connection.execute(f"SET {setting}")
    with pytest.raises(duckdb.Error):
        connection.execute("COPY runs TO '/tmp/filmtwin-x.csv'")
    with pytest.raises(duckdb.Error):
        connection.execute("ATTACH '/tmp/filmtwin-x.db'")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT count(*) FROM visit", ["query:1:22", "no table visit", "Did you mean visits?"]),
        ("SELECT *\nFROM oee_waterfal", ["query:2:6", "Did you mean oee_waterfall?"]),
        ("SELECT statoin FROM visits", ["query:1:8", "statoin", "Did you mean station?"]),
        ("SELECT lot\nFROM visits\nWHER lot = 1", ["query:3:", "syntax error"]),
        ("SELEC 1", ["query:1:1", "syntax error"]),
        ("SELECT '\x1b[2J' + 1", ["query"]),
        ("SELECT error('hi')", ["query: hi"]),
        ("SELECT on_INTERRUPT FROM visits", ["query:1:8", "on_INTERRUPT", "not found"]),
        ("SELECT 'Out of Memory Error'::INT", ["Could not convert"]),
        ("SELECT 'registered as'::INT FROM visits", ["Could not convert"]),
        ("SELECT i, CASE WHEN i < 20000 THEN 1 ELSE error('hi') END FROM range(30000) t(i)", ["query: hi"]),
    ],
)
def test_a_wrong_question_says_where_and_what_was_perhaps_meant(connection, sql, words):
    """Line and column, what is wrong, and a name that is close."""
    with pytest.raises(UsageError) as refused:
        ask(connection, sql)
    assert all(word in str(refused.value) for word in words), str(refused.value)
    assert str(refused.value).isprintable()


def test_an_endless_question_is_stopped(connection):
    """A cross join without end ends after its time, and the connection still answers."""
    begin = time.monotonic()
    with pytest.raises(UsageError, match=r"longer than 0\.5 s"):
        ask(
            connection,
            "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3",
            Limits(seconds=0.5),
        )
    assert time.monotonic() - begin < 20
    assert ask(connection, "SELECT 1 AS one").table.to_pylist() == [{"one": 1}]


def test_rows_and_memory_are_limited(real, connection):
    """A long answer is cut and says so; one that is too large is refused."""
    found = ask(connection, "SELECT * FROM range(1000000000000)", Limits(rows=7))
    assert found.cut
    assert len(found.table) == 7
    assert not ask(connection, "SELECT * FROM range(7)", Limits(rows=7)).cut
    with pytest.raises(RunError, match=r"memory|larger"):
        ask(opened(real.store, memory=64), "SELECT repeat('x', 200000000::BIGINT) AS x", Limits(memory=64))


def test_a_question_keeps_to_its_memory_and_to_no_disk(real, tmp_path, monkeypatch):
    """What does not fit is refused: nothing is put into files in between, least of all where somebody works."""
    monkeypatch.chdir(tmp_path)
    before = sorted(real.store.rglob("*"))
    with pytest.raises(RunError, match=r"needs more memory than it may take \(64 MiB\)"):
        ask(
            opened(real.store, memory=64),
            "SELECT count(*) FROM (SELECT DISTINCT range * 7919 FROM range(4000000))",
            Limits(memory=64),
        )
    assert list(tmp_path.iterdir()) == []
    assert sorted(real.store.rglob("*")) == before


@pytest.mark.parametrize(
    "sql", ["DESCRIBE visits", "SHOW TABLES", "SUMMARIZE runs", "FROM runs", "WITH a AS (FROM runs) FROM a"]
)
def test_questions_about_the_tables_are_answered(connection, sql):
    """Whatever only reads is allowed."""
    assert len(ask(connection, sql).table) > 0


def test_no_value_acts_on_a_spreadsheet_or_a_terminal():
    """Formulas are text in CSV, control characters are escapes in every text form; Parquet keeps what it got."""
    nasty = pa.table({"=cmd": ["=1+1", "+1", "-1", "@x", "\tx", "  =1", "\x1b[31mred", "a\nforged: line", "ok"]})
    lines = told(nasty, "csv").decode()
    assert lines.startswith('"\'=cmd"\n"\'=1+1"\n"\'+1"\n"\'-1"\n"\'@x"\n')
    assert '\n"\'  =1"\n' in lines
    for form in ("table", "csv", "json"):
        assert "\x1b" not in told(nasty, form).decode()
    assert len(told(nasty, "table").decode().splitlines()) == 1 + len(nasty)
    assert json.loads(told(nasty, "json"))[6]["=cmd"] == "\x1b[31mred"
    assert pq.read_table(pa.BufferReader(told(nasty, "parquet"))).equals(nasty)


def test_every_form_holds_the_same_numbers(connection):
    """Table, CSV, JSON and Parquet agree; NaN and infinity are null in JSON, which knows neither."""
    found = ask(
        connection, "SELECT 1.5 AS a, 'NaN'::DOUBLE AS b, NULL AS c, TIMESTAMPTZ '2026-01-02 03:04:05+00' AS d"
    ).table
    assert json.loads(told(found, "json")) == [{"a": 1.5, "b": None, "c": None, "d": "2026-01-02T03:04:05+00:00"}]
    assert told(found, "csv").decode().splitlines()[1] == '1.5,nan,,"2026-01-02T03:04:05+00:00"'
    assert set(FORMATS) == {"table", "csv", "json", "parquet"}


def test_a_text_ends_no_cell_where_another_sign_separates_them():
    """Every text stands in quotes, so that ; and a tab in it separate nothing; numbers and missing values do not."""
    found = pa.table({"a": ["x;=1+1", 'say "=1"', "a\t=1", ""], "b": [1.5, 2.0, None, 4.0]})
    lines = told(found, "csv").decode().splitlines()
    assert lines == ['"a","b"', '"x;=1+1",1.5', '"say ""=1""",2.0', '"a\\t=1",', '"",4.0']


def test_columns_of_one_name_are_numbered(connection):
    """No column is lost in JSON, and none in Parquet."""
    found = ask(connection, "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a").table
    assert json.loads(told(found, "json")) == [{"a": 1, "a_3": 2, "a_2": 3, "a_4": 4}]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("['nan'::DOUBLE, 1.5]", [None, 1.5]),
        ("{'a': ['inf'::DOUBLE], 'b': 2::HUGEINT}", {"a": [None], "b": 2}),
        ("TIMESTAMP 'infinity'", "infinity"),
        ("[DATE '-infinity']", ["-infinity"]),
        ("{'a': TIMESTAMPTZ 'infinity'}", {"a": "infinity"}),
        ("TIMESTAMP '20000-01-01'", "20000-01-01 00:00:00.000000"),
        ("TIMESTAMP '2026-01-16 17:11:32.5' - TIMESTAMP '2026-01-01'", "15 days 17:11:32.5"),
        ("{'a': [INTERVAL 1 MONTH]}", {"a": ["1 month"]}),
        ("union_value(a := TIMESTAMP 'infinity')", "infinity"),
        ("[TIMESTAMP '2026-01-01', NULL]", ["2026-01-01T00:00:00", None]),
        ("'\\xAA'::BLOB", "aa"),
    ],
)
def test_any_value_is_told_in_every_form(connection, sql, expected):
    """Values inside values, and times that Python's calendar does not hold; JSON is JSON."""
    found = ask(connection, f"SELECT {sql} AS x").table
    text = told(found, "json").decode()
    assert json.loads(text, parse_constant=pytest.fail) == [{"x": expected}]
    assert told(found, "parquet")
    for form in ("table", "csv"):
        assert not any(word in told(found, form).decode() for word in ("datetime", "MonthDay", "None", "Decimal", "b'"))


def test_an_answer_that_a_form_cannot_hold_is_told(real, monkeypatch):
    """In one line, and as no fault of the program."""

    def refuses(*_: object) -> None:
        raise pa.ArrowNotImplementedError("no such type\nat all")

    monkeypatch.setattr(answering, "told", refuses)
    with pytest.raises(UsageError, match=r"query: no parquet holds the answer \(no such type\)"):
        answering.answered(Mock(), str(real.store), [], "SELECT 1", None, "parquet", (60, 9, 64))


@pytest.mark.parametrize(
    ("view", "form", "words"),
    [
        (None, "exel", "--format exel: there is no such. Use "),
        ("bottlenek_by_hour", "json", "Did you mean bottleneck_by_hour?"),
        ("zzz", "json", "List them: twin query --views."),
    ],
)
def test_a_form_or_view_that_is_none_is_told_with_what_there_is(real, view, form, words):
    """Before anything is opened."""
    with pytest.raises(UsageError, match="there is no such") as raised:
        answering.answered(Mock(), str(real), (), "SELECT 1", view, form, (10.0, 10, 500))
    assert words in str(raised.value)


def test_a_pivot_must_name_its_columns(connection):
    """One that does is answered; one that does not is told how, and not that it is several statements."""
    asked = "PIVOT (SELECT scenario FROM runs) ON scenario IN ('baseline') USING count(*)"
    assert ask(connection, asked).table.to_pylist() == [{"baseline": 1}]
    with pytest.raises(UsageError, match="PIVOT must name the values"):
        ask(connection, "PIVOT runs ON scenario USING count(*)")


def test_an_empty_answer_has_its_heads(connection):
    """No rows: the columns are still named."""
    found = ask(connection, "SELECT run_id, scenario FROM runs WHERE false").table
    assert told(found, "table").decode().split() == ["run_id", "scenario"]
    assert told(found, "csv").decode() == '"run_id","scenario"\n'
    assert json.loads(told(found, "json")) == []


def test_a_store_that_cannot_be_asked_says_why(real, tmp_path):
    """Missing, a file, an unknown run, a damaged or edited record, one that points outside, a newer contract."""
    file = tmp_path / "file"
    file.write_text("x")
    for bad in (tmp_path / "none", file):
        with pytest.raises(UsageError, match="store"):
            opened(bad)
    with pytest.raises(UsageError, match="no run nothing"):
        opened(real.store, ["nothing"])
    store = tmp_path / "store"
    shutil.copytree(real.store, store)
    path = store / "commits" / f"{real.run_id}.json"
    record = json.loads(path.read_bytes())
    nasty = {**record, "tables": {**record["tables"], "../up": record["tables"]["visits"]}}
    for text in ("[" * 100_000, "\xff", "{", "[]", "{}", json.dumps({**record, "seal": "0"}), sealed(nasty).decode()):
        path.write_text(text)
        with pytest.raises(ContractError, match="damaged or gone"):
            opened(store)
        with pytest.raises(ContractError, match="damaged or gone"):
            opened(store, [real.run_id])
    path.write_bytes(sealed({**record, "contract_version": "2.0.0"}))
    with pytest.raises(ContractError, match=r"contract 2\.0\.0.*Update filmtwin"):
        opened(store)


def test_a_bad_run_does_not_blind_the_question_to_the_others(tmp_path):
    """What is left out is told, the rest is answered, and the path in a record is not believed."""
    for run_id in ("a-1", "b-2"):
        publish_sample(Store(tmp_path, fsync=False), run_id)
    (tmp_path / "commits" / "b-2.json").write_text("{")
    path = tmp_path / "commits" / "a-1.json"
    record = unsealed(path.read_bytes())
    record["tables"]["lots"]["path"] = "../../../etc/passwd"
    path.write_bytes(sealed(record))
    said = []
    asked = opened(tmp_path, tell=said.append)
    assert ask(asked, "SELECT DISTINCT run_id FROM lots").table.to_pylist() == [{"run_id": "a-1"}]
    assert len(said) == 1
    assert "b-2.json is damaged" in said[0]


@pytest.mark.parametrize("damage", ["gone", "short", "flipped", "retyped", "linked"])
def test_a_damaged_file_is_never_served(real, tmp_path, damage):
    """A file that is gone, cut short, changed, of other types or a link: the question ends with the exit code 3."""
    store = tmp_path / "store"
    shutil.copytree(real.store, store)
    path = next((store / "tables" / "visits").glob("*.parquet"))
    data = bytearray(path.read_bytes())
    if damage in {"gone", "linked"}:
        path.unlink()
    if damage == "linked":
        path.symlink_to(next((real.store / "tables" / "visits").glob("*.parquet")))
    if damage == "retyped":
        pq.write_table(pa.table({"lot": ["no number"]}), path)
    elif damage in {"short", "flipped"}:
        data[len(data) // 3] ^= 64
        path.write_bytes(data[: len(data) // 2] if damage == "short" else data)
    for question in ("SELECT * FROM visits", "SELECT count(*) FROM visits", "SELECT lot FROM visits LIMIT 1"):
        with pytest.raises(ContractError, match=r"tables/visits/.* is damaged or gone .*twin verify"):
            ask(opened(store), question)
    assert ask(opened(store), "SELECT count(*) AS n FROM lots").table["n"][0].as_py() > 0
