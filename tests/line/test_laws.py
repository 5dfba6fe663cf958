"""The check in every run sees what it is there to see: lots lost or doubled, places and loads exceeded."""

import pytest

from twin.line.bare import BareLine
from twin.line.distribution import Exponential
from twin.line.laws import check, lost_and_doubled
from twin.line.line import Line
from twin.line.rules import Load
from twin.records import Records


@pytest.fixture
def line() -> Line:
    """A line with a queue and a load, in the middle of its work."""
    bare = BareLine(seed=3, records=Records())
    bare.arrive(Exponential(1.0))
    bare.station("mill", Exponential(0.9), places=20)
    bare.station("oven", Exponential(2.5), places=4, load=Load(1, 3, 4.0))
    line = bare.begin()
    line.run(200.0)
    return line


def broken(line: Line) -> set[str]:
    return {one.name for one in check(line) if not one.holds}


def full(line: Line) -> str:
    return next(name for name, buffer in line.buffers.items() if len(buffer.queue))


def test_a_line_that_works_breaks_no_law(line: Line) -> None:
    """All laws hold on a line in the middle of its work, and there are laws of places and loads among them."""
    names = {one.name for one in check(line)}
    assert broken(line) == set()
    assert {"places of oven", "load of oven", "lots in one place"} <= names


def test_a_lot_in_two_places_is_seen(line: Line) -> None:
    """A lot that stands in a queue twice, or in none, is counted."""
    queue = line.buffers[full(line)].queue
    item = queue.popleft()
    assert lost_and_doubled(line).residual == 1.0
    queue.append(item)
    queue.append(item)
    assert lost_and_doubled(line).residual == 1.0
    assert "lots in one place" in broken(line)


def test_a_buffer_over_its_places_is_seen(line: Line) -> None:
    """One lot more than there are places breaks the law of that buffer alone."""
    line.records.levels.extend((line.records.code("oven"), 200.0, 5.0))
    assert broken(line) == {"places of oven"}


def test_a_load_over_its_maximum_is_seen(line: Line) -> None:
    """A load of four in an oven for three breaks the law of that oven alone."""
    code = line.records.code("oven")
    line.records.visits.extend((0, code, code, 0, 0, 4, 1.0, 2.0, 3.0, *[0.0] * 8))
    assert broken(line) == {"load of oven"}
