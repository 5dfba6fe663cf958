"""Least squares for a few positive settings: values, errors, correlations, and what the data cannot tell.

Settings are found as logarithms of their ratio to the present value (or as that ratio, where their error is even on
their own scale), so that all are of one size. The columns of measurements are weighed by their own scatter, which the
residuals tell. What the data cannot tell is held at its present value, the last of the list first, and the rest found
again.
"""

from collections.abc import Callable, Sequence
from math import exp, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Model = Callable[[Sequence[float]], Array]

STEP = 0.02  # of the differences; coarse enough for a model with a tolerance of 0.2 %
CONFIDENCE = 0.90
CORRELATED = 0.98  # beyond it two settings are one to the data
WIDEST = {True: 1.0, False: log(10.0)}  # half-width of the interval: linear the value itself, else a factor of ten
SCAN = (1e-3, 1e-2, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1e3)
ROUNDS = 4  # of weighing anew
FLOOR = 1e-5  # of a column's size: no measurement is read that finely, so a scatter below it is none that was seen
PAID = 0.1  # measurements that a column is given at least, when its settings have used up all it has


class Unknown(NamedTuple):
    """One setting that is looked for.

    Attributes:
        name: Its name.
        value: Its present value, above 0.
        low: Smallest value that it may have.
        high: Largest value.
        linear: Whether its error is even on its own scale.
    """

    name: str
    value: float
    low: float
    high: float
    linear: bool

    def at(self, theta: float) -> float:
        """Its value at a place of the search."""
        return self.value * theta if self.linear else self.value * exp(theta)

    def ends(self) -> tuple[float, float]:
        """Ends of the search: its range, but no further than a factor of ten thousand."""
        low, high = max(self.low, self.value * 1e-4), min(self.high, self.value * 1e4)
        return (low / self.value, high / self.value) if self.linear else (log(low / self.value), log(high / self.value))

    @property
    def start(self) -> float:
        """Place of its present value."""
        return 1.0 if self.linear else 0.0


class Solution(NamedTuple):
    """What was found.

    Attributes:
        values: Value of each setting, held ones included.
        errors: Standard error of each that was found.
        intervals: Interval of 90 % of each that was found.
        correlations: Correlation of each pair that was found.
        held: Why a setting was held, by name.
        silent: Why no error can be told of what was found; empty where it can.
        predicted: What the model says at these values.
        scatter: Standard deviation of each column of measurements.
        freedom: Measurements less settings found. [1]
    """

    values: dict[str, float]
    errors: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    correlations: dict[tuple[str, str], float]
    held: dict[str, str]
    predicted: Array
    scatter: Array
    freedom: int
    silent: str = ""


class _Found(NamedTuple):
    theta: Array
    covariance: Array
    scatter: Array
    sensitivity: Array
    freedom: float
    silent: str


def solve(unknowns: Sequence[Unknown], model: Model, observed: Array, column: NDArray[np.int64]) -> Solution:
    """Find settings by least squares, holding what the data cannot tell.

    Args:
        unknowns: The settings, the one that data tell best first.
        model: Prediction of each measurement from the values of all settings.
        observed: The measurements. Shape: (n,).
        column: Number of the column that each belongs to. Shape: (n,).

    Of a line through two points with one in between, the slope is told, and what nothing depends on is not:

    >>> x = np.array([1.0, 2.0, 3.0])
    >>> ask = [Unknown("slope", 1.0, 0.0, 9.0, True), Unknown("idle", 1.0, 0.0, 9.0, True)]
    >>> found = solve(ask, lambda values: values[0] * x, 2.0 * x + [0.1, 0.0, -0.1], np.zeros(3, dtype=int))
    >>> round(found.values["slope"], 3), found.held
    (1.986, {'idle': 'no measurement depends on it'})
    """
    held: dict[str, str] = {}
    while True:
        free = [one for one in unknowns if one.name not in held]
        if len(free) >= len(observed):
            held[free[-1].name] = f"{len(observed)} measurements tell no more than {len(observed) - 1} settings"
            continue
        if not free:
            return _told(unknowns, free, None, model, held, observed)
        place = _placed(unknowns, free, model)
        found = _searched(free, place, observed, column)
        trouble = _trouble(free, found)
        if trouble is None:
            return _told(unknowns, free, found, model, held, observed)
        held[trouble[0]] = trouble[1]


def _placed(unknowns: Sequence[Unknown], free: Sequence[Unknown], model: Model) -> Callable[[Array], Array]:
    """The model as a function of the place of the search."""

    def predicted(theta: Array) -> Array:
        here = {one.name: one.at(float(at)) for one, at in zip(free, theta, strict=True)}
        return model([here.get(one.name, one.value) for one in unknowns])

    return predicted


def _slopes(place: Callable[[Array], Array], theta: Array, ends: Array) -> Array:
    """Derivatives by central differences, one-sided at an end of the search. Shape: (n, settings)."""
    columns = []
    for at in range(theta.size):
        up, down = theta.copy(), theta.copy()
        up[at], down[at] = min(theta[at] + STEP, ends[1, at]), max(theta[at] - STEP, ends[0, at])
        columns.append((place(up) - place(down)) / (up[at] - down[at]))
    return np.column_stack(columns)


def _scanned(free: Sequence[Unknown], misfit: Callable[[Array], float], ends: Array) -> Array:
    """A place to start from: the best of a few factors of each setting, one after the other."""
    theta = np.array([one.start for one in free])
    for at, one in enumerate(free):
        if one.linear:
            continue
        tried = []
        for factor in SCAN:
            there = theta.copy()
            there[at] = min(max(theta[at] + log(factor), ends[0, at]), ends[1, at])
            tried.append((misfit(there), abs(log(factor)), tuple(there)))
        theta = np.array(min(tried)[2])
    return theta


def _searched(
    free: Sequence[Unknown], place: Callable[[Array], Array], observed: Array, column: NDArray[np.int64]
) -> _Found:
    from scipy.optimize import least_squares  # noqa: PLC0415 - half a second that reading a scenario does not need

    ends = np.array([one.ends() for one in free]).T
    size = np.array([max(float(np.abs(observed[column == one]).mean()), 1e-12) for one in range(column.max() + 1)])
    scatter = 0.05 * size  # to begin with
    theta = _scanned(free, lambda at: float((((place(at) - observed) / scatter[column]) ** 2).sum()), ends)
    for _ in range(ROUNDS):
        weight = 1.0 / scatter[column]
        answer = least_squares(
            lambda at, weight=weight: (place(at) - observed) * weight,
            np.clip(theta, ends[0] + 1e-9, ends[1] - 1e-9),
            jac=lambda at, weight=weight: _slopes(place, at, ends) * weight[:, None],
            bounds=ends, xtol=1e-8, ftol=1e-8, max_nfev=60,
        )  # fmt: skip
        theta, before, known = answer.x, scatter, _known(answer.jac, column)
        residual = place(theta) - observed
        scatter = np.maximum(np.sqrt(np.bincount(column, residual**2) / known), FLOOR * size)
        if len(size) == 1 or np.allclose(scatter, before, rtol=1e-3):
            break
    slopes = _slopes(place, theta, ends) / scatter[column][:, None]
    covariance = np.asarray(np.linalg.pinv(slopes.T @ slopes), dtype=np.float64)
    silent = _silent(known, scatter / size)
    return _Found(theta, covariance, scatter, slopes, max(1.0, float(known.min())), silent)


def _known(slopes: Array, column: NDArray[np.int64]) -> Array:
    """Measurements of each column less the settings that it pays for: the leverages of its rows.

    Patterson and Thompson (1971): so the scatter of each column is found without bias.
    """
    leverage = (np.linalg.qr(slopes)[0] ** 2).sum(axis=1)
    return np.maximum(np.bincount(column, 1.0 - leverage), PAID)


def _silent(known: Array, scatter: Array) -> str:
    """Say why the rows of a column show no scatter, from which alone errors follow.

    >>> _silent(np.array([3.0]), np.array([0.05])), _silent(np.array([0.1, 3.0]), np.array([0.05, 0.05]))
    ('', 'a measured column has no more rows than the settings that it tells')
    """
    if (known <= PAID).any():
        return "a measured column has no more rows than the settings that it tells"
    return "the rows of a measured column do not scatter" if (scatter <= FLOOR * (1.0 + 1e-9)).any() else ""


def _trouble(free: Sequence[Unknown], found: _Found) -> tuple[str, str] | None:
    """Name a setting that the data cannot tell, and say why; the last of those in question."""
    influence = np.linalg.norm(found.sensitivity, axis=0)
    idle = np.flatnonzero(influence < 1e-9 * max(1.0, influence.max()))
    if idle.size:
        return free[idle[-1]].name, "no measurement depends on it"
    scaled = np.linalg.svd(found.sensitivity / influence, compute_uv=False)
    if scaled[-1] < 1e-6 * scaled[0]:
        return free[-1].name, "the data tell only a combination of it and others"
    for at in range(len(free))[::-1]:
        low, high = free[at].ends()
        if min(found.theta[at] - low, high - found.theta[at]) < 1e-3 * (high - low):
            return free[at].name, "the data push it to the end of its range"
    return _uncertain(free, found)


def _uncertain(free: Sequence[Unknown], found: _Found) -> tuple[str, str] | None:
    """Name a setting that hangs together with another one, or whose interval is too wide to be of use."""
    error = np.sqrt(np.diag(found.covariance))
    reach = _reach(found)
    for at in range(len(free))[::-1]:
        for other in range(at):
            together = found.covariance[at, other] / (error[at] * error[other])
            if abs(together) > CORRELATED:
                return free[at].name, f"its correlation with {free[other].name} is {together:.3f}"
    for at in range(len(free))[::-1]:
        if reach[at] > WIDEST[free[at].linear]:
            return free[at].name, f"its interval of 90 % is {_wide(free[at], float(reach[at]))}"
    return None


def _reach(found: _Found) -> Array:
    """Half-widths of the intervals."""
    from scipy.special import stdtrit  # noqa: PLC0415 - likewise

    return np.sqrt(np.diag(found.covariance)) * float(stdtrit(found.freedom, 0.5 + CONFIDENCE / 2.0))


def _wide(one: Unknown, reach: float) -> str:
    return f"+-{100.0 * reach:.0f} % of its value" if one.linear else f"a factor of {exp(min(reach, 50.0)):.3g} wide"


def _told(
    unknowns: Sequence[Unknown], free: Sequence[Unknown], found: _Found | None, model: Model,
    held: dict[str, str], observed: Array,
) -> Solution:  # fmt: skip
    values = {one.name: one.value for one in unknowns}
    if found is None:
        predicted = model(list(values.values()))
        return Solution(values, {}, {}, {}, held, predicted, np.zeros(0), len(observed))
    values |= {one.name: one.at(float(at)) for one, at in zip(free, found.theta, strict=True)}
    errors, intervals, correlations = ({}, {}, {}) if found.silent else _errors(free, found, values)
    return Solution(
        values=values,
        errors=errors,
        intervals=intervals,
        correlations=correlations,
        held=held,
        predicted=model(list(values.values())),
        scatter=found.scatter,
        freedom=len(observed) - len(free),
        silent=found.silent,
    )


def _errors(
    free: Sequence[Unknown], found: _Found, values: dict[str, float]
) -> tuple[dict[str, float], dict[str, tuple[float, float]], dict[tuple[str, str], float]]:
    """Standard errors, intervals and correlations of what was found."""
    error, reach = np.sqrt(np.diag(found.covariance)), _reach(found)
    numbers = list(enumerate(free))
    return (
        {one.name: float(error[at]) * (one.value if one.linear else values[one.name]) for at, one in numbers},
        {
            one.name: (one.at(float(found.theta[at] - reach[at])), one.at(float(found.theta[at] + reach[at])))
            for at, one in numbers
        },
        {
            (other.name, one.name): float(found.covariance[at, before] / (error[at] * error[before]))
            for at, one in numbers
            for before, other in numbers[:at]
        },
    )
