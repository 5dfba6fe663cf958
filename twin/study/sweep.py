"""Many settings of one scenario: a grid or a list of points, each paired with the scenario itself.

Every point is a study like any other: it has its run id, and one that is in the store is not computed again. So a sweep
that was stopped goes on where it stopped, and two sweeps share their points.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product as combinations
from pathlib import Path
from typing import NamedTuple

from twin.errors import TwinError, UsageError, printable
from twin.request import Request
from twin.study.compare import PAIRED
from twin.study.interval import Difference, paired
from twin.study.result import Key, Result

MOST = 1000  # points; more is a slip of the keyboard, or a study for more than one machine
LARGEST = 1 << 20  # bytes of a list of points
FURTHEST = 30  # powers of ten from 1; what lies beyond is no setting, and takes for ever to count or to write
DAY_CPU = 0.03  # s of CPU that a simulated day of the default plant costs, for the estimate


class Axis(NamedTuple):
    """One setting that is varied.

    Attributes:
        path: Path of the setting.
        values: Its values, as written: number and unit.
    """

    path: str
    values: tuple[str, ...]


class Point(NamedTuple):
    """One point of a sweep.

    Attributes:
        settings: Path -> value as written; empty for the scenario itself.
        result: Its study; None where it failed.
        error: Why it failed.
    """

    settings: Mapping[str, str]
    result: Result | None
    error: str = ""

    @property
    def name(self) -> str:
        """Its settings in words."""
        return ", ".join(f"{path} = {value}" for path, value in self.settings.items()) or "as it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A sweep that is done.

    Attributes:
        request: What was swept.
        paths: Settings that were varied.
        base: The scenario itself.
        points: The points, in order.
    """

    request: Request
    paths: tuple[str, ...]
    base: Result
    points: tuple[Point, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """The studies: that of the scenario itself, and those of the points that did not fail."""
        return (self.base, *(point.result for point in self.points if point.result is not None))

    @property
    def computed(self) -> int:
        """How many runs were computed now, rather than found in the store; two points may be one run. [1]"""
        return len({one.run_id for one in self.results if one.computed})

    def change(self, point: Point, key: Key) -> Difference | None:
        """Return what a point changes in one number against the scenario itself, under common random numbers."""
        found = point.result
        if found is None or key not in found.series or key not in self.base.series:
            return None
        return paired(self.base.series[key].values, found.series[key].values)


def axis(text: str) -> Axis:
    """Read one axis: ``path=low:high:step unit`` or ``path=value,value,...``.

    Raises:
        UsageError: It is neither.

    >>> axis("predrying.zone_1=95:105:5 degC")
    Axis(path='predrying.zone_1', values=('95 degC', '100 degC', '105 degC'))
    >>> axis("plant.oven.count=3,4").values
    ('3', '4')
    """
    path, equals, told = (part.strip() for part in text.partition("="))
    if not (path and equals and told):
        raise UsageError(f"--over {printable(text)}: write PATH=LOW:HIGH:STEP UNIT, or PATH=VALUE,VALUE,...")
    if ":" in told:
        return Axis(path, tuple(_range(text, told)))
    values = tuple(value.strip() for value in told.split(","))
    if not all(values):
        raise UsageError(f"--over {printable(text)}: a value is empty. Write PATH=VALUE,VALUE,...")
    return Axis(path, values)


def _range(text: str, told: str) -> Iterator[str]:
    ends, _, unit = told.partition(" ")
    try:
        low, high, step = (Decimal(part) for part in ends.split(":"))
        steps = (high - low) / step if step != 0 else Decimal(-1)
    except (ValueError, ArithmeticError):
        low = high = step = steps = Decimal("nan")
    if not all(one.is_finite() and abs(one.adjusted()) <= FURTHEST for one in (low, high, step)):
        raise UsageError(
            f"--over {printable(text)}: write PATH=LOW:HIGH:STEP UNIT, such as 95:130:5 degC; no number beyond "
            f"1e{FURTHEST}, nor nearer to 0 than 1e-{FURTHEST}."
        )
    if steps < 0:
        raise UsageError(
            f"--over {printable(text)}: no step of {printable(step)} leads from {printable(low)} to {printable(high)}."
        )
    if steps >= MOST:
        raise UsageError(f"--over {printable(text)}: these are more than {MOST} points. Take a longer step.")
    return (f"{low + step * number:f} {unit.strip()}".strip() for number in range(int(steps) + 1))


def grid(axes: Sequence[Axis]) -> list[dict[str, str]]:
    """Return every combination of the values of all axes, the last axis fastest.

    Raises:
        UsageError: An axis comes twice, or there are too many points.
    """
    paths = [one.path for one in axes]
    if twice := next((path for path in paths if paths.count(path) > 1), None):
        raise UsageError(f"--over {twice}: comes twice. Give all of its values at once.")
    count = 1
    for one in axes:
        count *= len(one.values)
    if count > MOST:
        raise UsageError(f"{count} points are more than {MOST}. Take fewer values, or several sweeps.")
    return [dict(zip(paths, values, strict=True)) for values in combinations(*(one.values for one in axes))]


def wanted(over: Sequence[str] | None, points: Sequence[Mapping[str, str]] | None) -> list[dict[str, str]]:
    """Return the points that a form asks for: a grid, or a list.

    Args:
        over: Axes as written.
        points: Points, each path -> value as written.

    Raises:
        UsageError: It is both or neither, or no grid, or the points are not all of the same paths.
    """
    if bool(over) == bool(points):
        raise UsageError(
            'give over, such as plant.oven.count=3,4, or points, such as {"plant.oven.count": "3"}: one of both.'
        )
    if over:
        return grid([axis(one) for one in over])
    found = [dict(one) for one in points or ()]
    if len(found) > MOST:
        raise UsageError(f"points: {len(found)} are more than {MOST}. Split them.")
    for number, one in enumerate(found, 1):
        if set(one) != set(found[0]) or not all(_is_text(word) for pair in one.items() for word in pair):
            raise UsageError(
                f"points: number {number} has other paths than the first, or a path or value that is no text; "
                'write each like {"plant.oven.count": "3", "predrying.zone_1": "95 degC"}.'
            )
    return found


def _is_text(word: object) -> bool:
    return isinstance(word, str) and bool(word.strip())


def listed(file: Path) -> list[dict[str, str]]:
    """Read a list of points: a CSV whose heads are paths and whose cells are values with units.

    Raises:
        UsageError: It is no such file.
    """
    try:
        if file.stat().st_size > LARGEST:
            raise UsageError(f"--list {file}: larger than 1 MiB. Split it.")
        rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig")), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"--list {file}: cannot be read as CSV ({printable(error)}).") from None
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        raise UsageError(f"--list {file}: holds no point. The first line names paths, each further line is a point.")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]) or not all(row):
            raise UsageError(f"{file}:{number}: {len(row)} values for {len(rows[0])} paths, or an empty one.")
    if len(rows) - 1 > MOST:
        raise UsageError(f"--list {file}: {len(rows) - 1} points are more than {MOST}. Split it.")
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def requests(request: Request, points: Sequence[Mapping[str, str]]) -> list[Request]:
    """Return what each point asks for."""
    return [
        replace(request, sets=(*request.sets, *(f"{path}={value}" for path, value in point.items())))
        for point in points
    ]


def refuse_hopeless(request: Request, points: Sequence[Mapping[str, str]]) -> list[str]:
    """Refuse a sweep whose points would not pair, or of which none can be, before anything is computed.

    Args:
        request: The scenario itself.
        points: Settings of each point.

    Returns:
        Why single points cannot be, a line each; the others are studied all the same.

    Raises:
        UsageError: Points differ in what pairs have alike, or no point can be.
    """
    if alone := next((path.strip() for path in points[0] if path.strip() in PAIRED), ""):
        raise UsageError(
            f"{alone}: cannot be swept: a point pairs with the scenario itself only where {', '.join(PAIRED)} are the "
            "same. Set it for all points, or make a sweep of its own for each value."
        )
    bad = []
    for settings, asked in zip(points, requests(request, points), strict=True):
        try:
            asked.plan()
        except TwinError as error:
            bad.append(Point(settings, None, str(error).splitlines()[0]))
    if len(bad) == len(points):
        raise UsageError(f"no point can be studied; the first: {bad[0].error}")
    return [f"{one.name}: {one.error}" for one in bad]


def seconds(request: Request, points: int, workers: int) -> float:
    """Estimate how long a sweep takes whose points all have to be computed. [s]

    Args:
        request: What is swept.
        points: Number of points, without the scenario itself. [1]
        workers: Worker processes. [1]
    """
    study = request.plan().study
    days = (study.warm_up + study.horizon) / 86400.0
    return (points + 1) * study.replications * days * DAY_CPU / max(1, workers)


def sweep(
    request: Request,
    points: Sequence[Mapping[str, str]],
    study: Callable[[Request], Result],
    told: Callable[[int, Point], None] = lambda _number, _point: None,
) -> Sweep:
    """Study every point; one that fails does not take the others along.

    Args:
        request: The scenario itself.
        points: Settings of each point.
        study: Finds or computes one study.
        told: Called after each point with its number, from 1.

    Raises:
        TwinError: The scenario itself cannot be studied.
    """
    base = study(request)
    done = []
    for number, (settings, asked) in enumerate(zip(points, requests(request, points), strict=True), 1):
        try:
            point = Point(settings, study(asked))
        except TwinError as error:
            point = Point(settings, None, str(error).splitlines()[0])
        told(number, point)
        done.append(point)
    return Sweep(request=request, paths=tuple(points[0]), base=base, points=tuple(done))
