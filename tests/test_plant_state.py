"""State as data on the plant itself: cut anywhere, go on in a fresh process, edited by hand."""

import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from twin.building import build
from twin.line import snapshot
from twin.line.line import Line
from twin.plant import DAY, HOUR
from twin.records import COLUMNS, Records
from twin.scenario import baseline

END = 44.0 * DAY
HALF = 24.0 * DAY  # half of the visits are behind it then: the first weeks fill the stocks
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
    (tmp_path / "tests_of_state.py").write_text(Path(__file__).read_text(encoding="utf-8"), encoding="utf-8")
    path_first = f"import sys; sys.path.insert(0, {str(tmp_path)!r})"
    done = subprocess.run(
        [sys.executable, "-c", f"{path_first}\n{CHILD}", str(path), str(HALF)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["rows"] == rows_after(uncut, HALF)
    assert told["share"] <= 0.6


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
    unit = entry["who"].removeprefix("unit ")
    ends = [
        sorted(
            {row[8] for row in rows_after(line, EDITED)["visits"] if row[2] == unit}, key=lambda text: float(str(text))
        )
        for line in (plain, edited)
    ]
    assert [float(str(end[0])) for end in ends] == [was, was + 5.0 * HOUR]
    visits = [rows_after(line, EDITED)["visits"] for line in (plain, edited)]
    before = [[row for row in rows if float(str(row[8])) < was] for rows in visits]
    assert before[0] == before[1]


def test_a_roll_that_is_removed_is_gone(tmp_path: Path) -> None:
    """A roll taken out of the file never appears again, and no other roll is missing."""
    cut = next(c for c in (EDITED + h * HOUR for h in range(200)) if _waiting(c, tmp_path))
    data = json.loads((tmp_path / "state.json").read_text(encoding="utf-8"))
    queue = data["parts"]["buffer predried rolls"]["queue"]
    gone = queue.pop(0)
    data["lots"] = [lot for lot in data["lots"] if lot["lot"]["number"] != gone]
    data["line"]["inside"] -= 1
    data["agenda"] = [entry for entry in data["agenda"] if entry["value"] != gone]
    edited = new_line()
    snapshot.restore(edited, data)
    edited.run(END)
    numbers = {float(str(row[0])) for row in rows_after(edited, cut)["visits"]}
    assert float(gone) not in numbers
    assert all(float(other) in numbers for other in queue)


def _waiting(cut: float, folder: Path) -> bool:
    data = json.loads(written(cut, folder).read_text(encoding="utf-8"))
    return len(data["parts"]["buffer predried rolls"]["queue"]) >= 2
