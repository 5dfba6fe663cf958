"""The beginning of a small line that has a laboratory: whoever calls adds the station that it looks behind."""

from math import inf

from twin.line.buffer import Buffer, Exit
from twin.line.distribution import Constant, Service
from twin.line.lab import Desk
from twin.line.line import Line
from twin.line.rules import Path
from twin.line.station import Station
from twin.records import Records


def with_laboratory(time: float) -> Line:
    """A line with the buffer ``in``, the way ``out``, and a laboratory that takes a time for each sample. [s]"""
    line = Line(seed=1, records=Records())
    line.exits["out"], line.exits["desk"] = Exit(line, "out", "shipped"), Desk(line, "desk")
    for name in ("in", "lab"):
        line.buffers[name] = Buffer(line, name, inf)
    line.stations["lab"] = Station(
        line, "lab", {"": [[Service(Constant(time))]]}, line.buffers["lab"], paths=[Path("desk")]
    )
    return line
