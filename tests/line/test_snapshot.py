"""State as data: a line that is cut and started from its file plays the same events as one that is not."""

import json
from random import Random

import pytest

from twin.line import snapshot
from twin.line.buffer import Buffer, Exit
from twin.line.calendar import Calendar
from twin.line.crew import Crew
from twin.line.distribution import Constant, Exponential, Service, Triangular
from twin.line.line import Line
from twin.line.rules import Changeover, Load, Path
from twin.line.station import Station
from twin.line.stop import Maintenance, Outage, Wear
from twin.line.supply import Arrivals
from twin.records import COLUMNS, Records

END = 400.0


def built() -> Line:
    """A line with everything that has a state: loads, wear, crews, shifts, set-ups, blocking, priorities."""
    line = Line(seed=3, records=Records())
    line.exits["out"] = Exit(line, "out", "shipped")
    for name, places in (("first", float("inf")), ("second", 2), ("oven", 5), ("last", 1)):
        line.buffers[name] = Buffer(line, name, places, ranked=name == "first")
    line.crews["menders"] = Crew(line, "menders", 1)
    line.crews["people"] = Crew(line, "people", 2, Calendar(24.0, ((2.0, 22.0),)))
    setups = {(a, b): Constant(0.5) for a in "ab" for b in "ab" if a != b}
    mend = Exponential(2.0)
    line.stations["mill"] = Station(
        line, "mill", {"": [[Service(Exponential(1.0))]]}, line.buffers["first"], paths=[Path("second")], servers=2,
        changeover=Changeover(setups, "people", 1), wears=[Wear("tool", Exponential(20.0), mend, crew="menders")],
    )  # fmt: skip
    line.stations["press"] = Station(
        line, "press", {"": [[Service(Triangular(0.2, 0.5, 1.0))]]}, line.buffers["second"], paths=[Path("oven")],
        wears=[Wear("belt", Exponential(15.0), mend)], outages=[Outage("power", Exponential(40.0), mend)],
    )  # fmt: skip
    line.stations["oven"] = Station(
        line, "oven", {"": [[Service(Constant(4.0))]]}, line.buffers["oven"], paths=[Path("last")], servers=2,
        load=Load(4, 5, 3.0), maintenances=[Maintenance("clean", 30.0, Constant(1.0))],
        outages=[Outage("seal", Exponential(60.0), mend, crew="menders")],
    )  # fmt: skip
    line.stations["drill"] = Station(
        line, "drill", {"": [[Service(Exponential(0.7))]]}, line.buffers["last"],
        paths=[Path("first", chance=0.1, again=True), Path("out")], calendar=Calendar(24.0, ((0.0, 20.0),)),
    )  # fmt: skip
    for number, product in enumerate("ab"):
        between = Exponential(2.6)
        line.arrivals[product] = Arrivals(line, product, between, "first", product, priority=number)
    return line


def rows_after(line: Line, table: str, cut: float) -> list[tuple[object, ...]]:
    """Decoded rows of a table that were written after a time."""
    names = {code: name for name, code in line.records.names.items()}
    width, columns = len(COLUMNS[table]), COLUMNS[table]
    flat = getattr(line.records, table)
    rows = [tuple(flat[at : at + width]) for at in range(0, len(flat), width)]
    end = columns.index({"states": "end", "visits": "end", "lots": "ended", "stoppages": "end"}.get(table, "at"))
    coded = {"unit", "station", "stage", "product", "maker", "fate", "place", "buffer", "cause", "material"}
    return [
        tuple(names[int(v)] if c in coded and v >= 0 else v for c, v in zip(columns, row, strict=True))
        for row in rows
        if row[end] > cut
    ]


@pytest.fixture(scope="module")
def uncut() -> Line:
    line = built()
    line.begin()
    line.run(END)
    return line


@pytest.mark.parametrize("cut", [round(Random(5).uniform(0.1, END), 3) for Random_ in [0]] + [
    round(END * share, 3) for share in (x / 51 + 0.003 for x in range(1, 50))
])  # fmt: skip
def test_the_second_half_is_the_same_from_the_file_alone(uncut: Line, cut: float) -> None:
    """From the written state the line plays every event of the uncut run, to the last bit."""
    first = built()
    first.begin()
    first.env.run(until=cut)
    text = json.dumps(snapshot.state(first))
    second = built()
    snapshot.restore(second, json.loads(text))
    assert second.env.now == cut
    second.run(END)
    for table in ("visits", "states", "lots", "stoppages", "levels"):
        assert rows_after(second, table, cut) == rows_after(uncut, table, cut)
