"""State as data on the plant itself: cut anywhere, go on in a fresh process, edited by hand."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from twin.building import build
from twin.line import snapshot
from twin.line.laws import check
from twin.line.ledger import QUANTITIES
from twin.line.line import Line
from twin.line.state import BLOCKED, BUSY, DOWN, LAB_WAIT, MAINTENANCE, OFF_SHIFT, SETUP
from twin.plant import DAY, HOUR
from twin.records import COLUMNS, Records
from twin.scenario import baseline

END = 44.0 * DAY
HALF = 0.5 * END
SHORT = 16.0 * DAY
CUTS = sorted(uniform(0.01, 1.0) * SHORT for uniform in [Random(0).uniform] * 50)
EDITED = 8.0 * DAY  # in the middle of a campaign, with ovens at work
ENDS = {"states": "end", "visits": "end", "lots": "ended", "stoppages": "end"}

CHILD = """
import json, sys
from pathlib import Path
from time import process_time
from tests_of_state import END, new_line, rows_after
from twin.line import snapshot
whole = half = float("inf")
for _ in range(4):  # in turns, so that a busy machine is busy for both; the first turn loads the kernels
    uncut = new_line()
    uncut.begin()
    start = process_time()
    uncut.run(END)
    whole = min(whole, process_time() - start)
    line = new_line()
    start = process_time()
    snapshot.read(line, Path(sys.argv[1]))
    line.run(END)
    half = min(half, process_time() - start)
print(json.dumps({"share": half / whole, "rows": rows_after(line, float(sys.argv[2]))}))
"""

MANY = """
import json, sys
from pathlib import Path
from tests_of_state import SHORT, digests, new_line
from twin.line import snapshot
for name in sys.argv[1:]:
    line = new_line()
    snapshot.read(line, Path(name))
    cut = line.env.now
    line.run(SHORT)
    print(json.dumps([cut, digests(line, cut)]))
"""


def new_line() -> Line:
    """The default plant's line of replication 0, not begun."""
    return build(baseline(), 1, 0, Records())


def rows_after(line: Line, cut: float) -> dict[str, list[list[object]]]:
    """All rows that were written after a time, with names for numbers."""
    records = line.records
    assert records is not None
    names = {code: name for name, code in records.names.items()}
    coded = {"unit", "station", "stage", "product", "maker", "fate", "place", "buffer", "cause", "material", "measure",
             "limit", "action", "item", "mark", "kind"}  # fmt: skip
    found: dict[str, list[list[object]]] = {}
    for table, columns in COLUMNS.items():
        end = columns.index(ENDS.get(table, "at"))
        found[table] = [
            [names[int(v)] if c in coded and v >= 0 else repr(v) for c, v in zip(columns, row, strict=True)]
            for row in getattr(records, table).table().tolist() if row[end] > cut
        ]  # fmt: skip
    return found


def digests(line: Line, cut: float) -> dict[str, str]:
    """What stands for all rows of each table after a time."""
    return {table: sha256(repr(rows).encode()).hexdigest() for table, rows in rows_after(line, cut).items()}


@pytest.fixture(scope="module")
def uncut() -> Line:
    """The line played to the end without a cut."""
    line = new_line()
    line.begin()
    line.run(END)
    return line


def written(cut: float, folder: Path) -> Path:
    """The file that a line cut at a time has written."""
    line = new_line()
    line.begin()
    line.env.run(until=cut)
    path = folder / "state.json"
    snapshot.write(line, path)
    return path


@pytest.mark.parametrize("cut", [round(Random(8).uniform(0.2, 0.9) * END, 1), HALF, 5.3 * DAY, 13.9 * DAY])
def test_the_plant_goes_on_from_its_file(uncut: Line, tmp_path: Path, cut: float) -> None:
    """From the file the plant plays every event of the uncut run, to the last bit."""
    second = new_line()
    snapshot.read(second, written(cut, tmp_path))
    assert second.env.now == cut
    second.run(END)
    assert rows_after(second, cut) == rows_after(uncut, cut)


def test_a_fresh_process_needs_only_its_half(uncut: Line, tmp_path: Path) -> None:
    """A fresh process plays the second half from the file alone in at most 60 % of the CPU time of the whole."""
    path = written(HALF, tmp_path)
    expected, shares = rows_after(uncut, HALF), list[float]()
    while not shares or (shares[-1] > 0.6 and len(shares) < 4):  # a busy machine may slow either half
        told = json.loads(fresh(CHILD, tmp_path, str(path), str(HALF)))
        assert told["rows"] == expected
        shares.append(told["share"])
    assert shares[-1] <= 0.6, shares


def fresh(code: str, folder: Path, *arguments: str) -> str:
    """What a new process prints, which knows this module and the arguments."""
    (folder / "tests_of_state.py").write_text(Path(__file__).read_text(encoding="utf-8"), encoding="utf-8")
    first = f"import sys; sys.path.insert(0, {str(folder)!r})"
    command = [sys.executable, "-c", f"{first}\n{code}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_from_50_random_instants_the_plant_goes_on_in_a_fresh_process(tmp_path: Path) -> None:
    """From each file alone it plays every event of the uncut run; the cuts meet all that a machine does."""
    whole, line, files, met = new_line(), new_line(), [], set()
    whole.begin()
    whole.run(SHORT)
    line.begin()
    for number, cut in enumerate(CUTS):
        line.env.run(until=cut)
        files.append(tmp_path / f"{number}.json")
        snapshot.write(line, files[-1])
        met |= {unit.log.state for unit in line.units()}
        met |= {"load" for unit in line.units() if unit.log.state == BUSY and len(unit.items) > 1}
    assert {"load", BUSY, BLOCKED, DOWN, MAINTENANCE, SETUP, LAB_WAIT, OFF_SHIFT} <= met
    told = [json.loads(row) for row in fresh(MANY, tmp_path, *map(str, files)).splitlines()]
    assert told == [[cut, digests(whole, cut)] for cut in CUTS]


def test_an_oven_that_is_ready_later_is_ready_later(tmp_path: Path) -> None:
    """Five hours more on one oven's clock move the end of that load by five hours, and nothing before it."""
    path = written(EDITED, tmp_path)
    data = json.loads(path.read_text(encoding="utf-8"))
    entry = next(e for e in data["agenda"] if e["who"].startswith("unit oven") and e["what"] == "finish")
    was = entry["at_s"]
    entry["at_s"] = was + 5.0 * HOUR
    plain, edited = new_line(), new_line()
    snapshot.read(plain, path)
    snapshot.restore(edited, data)
    for line in (plain, edited):
        line.run(was + 6.0 * HOUR)
        assert [law for law in check(line) if not law.holds] == []
    unit = entry["who"].removeprefix("unit ")
    ends = [
        sorted(
            {row[8] for row in rows_after(line, EDITED)["visits"] if row[2] == unit}, key=lambda text: float(str(text))
        )
        for line in (plain, edited)
    ]
    assert [float(str(end[0])) for end in ends] == [was, was + 5.0 * HOUR]
    assert before(edited, EDITED, was) == before(plain, EDITED, was)


def before(line: Line, cut: float, end: float) -> dict[str, list[list[object]]]:
    """All rows that were written after one time and before another."""
    return {
        table: [row for row in rows if float(str(row[COLUMNS[table].index(ENDS.get(table, "at"))])) < end]
        for table, rows in rows_after(line, cut).items()
    }


@pytest.fixture(scope="module")
def waiting() -> dict[str, Any]:
    """The state of the plant when two rolls or more wait for the oven."""
    line = new_line()
    line.begin()
    cut = EDITED
    while len(line.buffers["predried rolls"].queue) < 2:
        line.env.run(until=cut)
        cut += HOUR
    return snapshot.state(line)


def test_nobody_else_feels_that_a_roll_is_gone_before_the_oven_would_have_taken_it(waiting: dict[str, Any]) -> None:
    """Every row of every table is that of the line with the roll, but the count of those that wait, until its load."""
    data = json.loads(json.dumps(waiting))
    gone = data["parts"]["buffer predried rolls"]["queue"].pop(0)
    lines = plain, edited = new_line(), new_line()
    cut = float(waiting["clock_s"])
    for line, state in zip(lines, (waiting, data), strict=True):
        snapshot.restore(line, state)
        line.run(cut + 4.0 * DAY)
    visits = rows_after(plain, cut)["visits"]
    load = min(float(str(row[7])) for row in visits if row[1] == "oven" and float(str(row[7])) >= cut)
    assert load > cut
    with_it, without = before(plain, cut, load), before(edited, cut, load)
    for rows in (with_it, without):
        rows["levels"] = [row for row in rows["levels"] if row[0] != "predried rolls"]
    assert without == with_it
    assert sum(map(len, without.values())) > 20
    assert any(float(str(row[0])) == gone for row in visits)


@pytest.mark.parametrize("where", ["queue", "lots", "both"])
def test_a_roll_that_is_removed_is_gone(waiting: dict[str, Any], where: str) -> None:
    """Out of its queue, off the list, or both: it never appears again, no other is missing, and every law is kept."""
    data = json.loads(json.dumps(waiting))
    queue = data["parts"]["buffer predried rolls"]["queue"]
    gone, *others = queue
    lot = next(one for one in data["lots"] if one["lot"]["number"] == gone)
    if where != "lots":
        queue.remove(gone)
    if where != "queue":
        data["lots"].remove(lot)
    before = json.dumps(data)
    edited = new_line()
    snapshot.restore(edited, data)
    books = edited.ledger
    amounts = [lot["lot"]["mass"], lot["lot"]["length"], lot["lot"]["panels"], lot["money"]]
    booked = [books.went[quantity].get("removed by hand", 0.0) for quantity in QUANTITIES]
    assert booked == pytest.approx(amounts, rel=1e-6)
    assert edited.inside == waiting["line"]["inside"] - 1
    for later in (0.0, 6.0 * HOUR, 4.0 * DAY):
        edited.run(waiting["clock_s"] + later)
        assert [law for law in check(edited) if not law.holds] == []
    assert json.dumps(data) == before
    numbers = {float(str(row[0])) for row in rows_after(edited, waiting["clock_s"])["visits"]}
    assert float(gone) not in numbers
    assert all(float(other) in numbers for other in others)


def test_a_roll_that_is_put_in_is_worked_on(waiting: dict[str, Any]) -> None:
    """A copy of a roll with a number of its own waits, is cured, counts and is booked."""
    data = json.loads(json.dumps(waiting))
    queue = data["parts"]["buffer predried rolls"]["queue"]
    lot = json.loads(json.dumps(next(one for one in data["lots"] if one["lot"]["number"] == queue[-1])))
    lot["lot"]["number"] = data["line"]["number"] + 7
    data["lots"].append(lot)
    queue.append(lot["lot"]["number"])
    edited = new_line()
    snapshot.restore(edited, data)
    assert edited.ledger.came["kg"]["added by hand"] == pytest.approx(lot["lot"]["mass"], rel=1e-6)
    assert edited.number == lot["lot"]["number"] + 1
    edited.run(waiting["clock_s"] + 4.0 * DAY)
    assert [law for law in check(edited) if not law.holds] == []
    visits = rows_after(edited, waiting["clock_s"])["visits"]
    assert [row[3] for row in visits if float(str(row[0])) == lot["lot"]["number"]][:1] == ["curing"]
