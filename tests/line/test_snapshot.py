"""State as data: a line that is cut and started from its file plays the same events as one that is not."""

import json
from collections.abc import Mapping
from pathlib import Path as File
from typing import Any

import pytest
from decoded import rows
from full_line import CUTS, END, built

from twin.line import snapshot
from twin.line.bare import BareLine
from twin.line.distribution import Constant, Exponential
from twin.line.line import Line
from twin.line.state import BLOCKED, BUSY, CREW_WAIT, DOWN, LAB_WAIT, MAINTENANCE, SETUP
from twin.line.stop import Maintenance
from twin.records import COLUMNS, Records

CODED = {
    "unit", "station", "stage", "product", "maker", "fate", "place", "buffer", "cause", "material", "kind", "measure",
    "limit", "action", "item", "mark",
}  # fmt: skip


def rows_after(line: Line, table: str, cut: float) -> list[str]:
    """Decoded rows of a table that were written after a time; as text, in which NaN equals itself."""
    assert line.records is not None
    names = {code: name for name, code in line.records.names.items()}
    columns = COLUMNS[table]
    end = next(columns.index(name) for name in ("end", "ended", "at") if name in columns)
    return [
        repr([names[int(v)] if c in CODED and v >= 0 else v for c, v in zip(columns, row, strict=True)])
        for row in getattr(line.records, table).table().tolist()
        if row[end] > cut
    ]


def played(line: Line, until: float) -> Line:
    line.begin()
    line.run(until)
    return line


@pytest.fixture(scope="module")
def uncut() -> Line:
    """The line played in one go."""
    return played(built(), END)


@pytest.mark.parametrize("number", range(len(CUTS)))
def test_the_second_half_is_the_same_from_the_file_alone(uncut: Line, texts: list[str], number: int) -> None:
    """From the written state the line plays every event of the uncut run, to the last bit."""
    cut, second = CUTS[number], built()
    snapshot.restore(second, json.loads(texts[number]))
    assert second.env.now == cut
    assert json.dumps(snapshot.state(second)) == texts[number]
    second.run(END)
    for table in COLUMNS:
        assert rows_after(second, table, cut) == rows_after(uncut, table, cut)
    for amount in second.ledger.imbalance(second.items.values()).values():
        assert abs(amount) < 1e-9


def hit(data: Mapping[str, Any]) -> set[str]:
    """What was going on at a cut."""
    found = set()
    names = {
        BLOCKED: "blocked", LAB_WAIT: "waits for lab", CREW_WAIT: "waits for crew", SETUP: "set-up", DOWN: "repair",
        MAINTENANCE: "maintenance",
    }  # fmt: skip
    for unit in data["units"].values():
        log = unit["log"]
        found |= {names[log["state"]]} if log["state"] in names else set()
        found |= {"load"} if log["state"] == BUSY and len(unit["items"]) > 1 else set()
        found |= {"folded repair"} if log["pieces"] else set()
        found |= {"stopped"} if unit["interruptions"] and unit["items"] else set()
    for key, part in data["parts"].items():
        found |= {"quarantine"} if key.startswith("quarantine") and part["items"] else set()
    found |= {"repeat"} if any(lot["misses"] for lot in data["lots"]) else set()
    return found


def test_the_cuts_fall_into_everything_that_a_line_does(texts: list[str], uncut: Line) -> None:
    """The 50 cuts are random, and among them they meet every kind of work and wait; every table has rows."""
    met = set.union(*(hit(json.loads(text)) for text in texts))
    assert met == {
        "blocked", "waits for lab", "waits for crew", "set-up", "repair", "maintenance", "load", "folded repair",
        "stopped", "quarantine", "repeat",
    }  # fmt: skip
    assert all(len(rows_after(uncut, table, 0.0)) > 10 for table in COLUMNS)


def test_writing_its_state_changes_nothing(uncut: Line, texts: list[str]) -> None:
    """A line that wrote its state 50 times on the way ends as one that never did."""
    line = built()
    line.begin()
    for cut in CUTS:
        line.env.run(until=cut)
        snapshot.state(line)
    line.run(END)
    assert len(texts) == len(CUTS)
    assert snapshot.state(line) == snapshot.state(uncut)


def small(*, arrivals: bool) -> BareLine:
    """One station whose lots have a product without a name."""
    line = BareLine(seed=1, records=Records())
    if arrivals:
        line.arrive(Exponential(1.0))
    else:
        line.feed()
    line.station("mill", Exponential(0.5), maintenances=[Maintenance("clean", 10.0, Constant(1.0))])
    return line


@pytest.mark.parametrize("cut", [1.2, 50.0], ids=["before", "after"])
def test_a_product_without_a_name_is_booked_as_such(cut: float) -> None:
    """Beside one that has a name, before it first comes and after; a line that was cut books the same."""

    def both() -> BareLine:
        line = BareLine(seed=1, records=Records())
        line.arrive(Constant(1.0))
        line.arrive(Constant(7.0), product="urgent")
        line.station("mill", Constant(0.7))
        return line

    first, second = both().begin(), both().build()
    first.env.run(until=cut)
    snapshot.restore(second, json.loads(json.dumps(snapshot.state(first))))
    first.run(100.0)
    second.run(100.0)
    assert rows_after(second, "states", cut) == rows_after(first, "states", cut)
    assert {row["product"] for row in rows(first.records, "states") if row["state"] == BUSY} == {"", "urgent"}


@pytest.mark.parametrize("arrivals", [True, False], ids=["arrivals", "endless feed"])
def test_a_product_without_a_name_and_an_endless_feed_are_written_too(tmp_path: File, *, arrivals: bool) -> None:
    """The file is strict JSON, which knows no infinity, and states are booked to the same product after it."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    first = small(arrivals=arrivals).begin()
    first.env.run(until=50.0)
    snapshot.write(first, tmp_path / "state.json")
    json.loads((tmp_path / "state.json").read_text(encoding="utf-8"), parse_constant=refuse)
    first.run(100.0)
    second = small(arrivals=arrivals).build()
    snapshot.read(second, tmp_path / "state.json")
    second.run(100.0)
    for table in COLUMNS:
        assert rows_after(second, table, 50.0) == rows_after(first, table, 50.0)
    assert len(rows_after(second, "states", 50.0)) > 5
