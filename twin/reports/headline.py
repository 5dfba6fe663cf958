"""Which numbers a person sees first, and how a number and its interval are written."""

from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from twin.indicators.flags import EXTRAPOLATED, KINDS
from twin.indicators.verdicts import WHOLE_RUN, Verdict
from twin.layout import beside, short
from twin.plan import Plan
from twin.store.place import is_remote
from twin.store.place import written as written_place
from twin.study import Difference, Estimate, Key, Result

ENOUGH = 10  # replications that carry a number, below which its interval deserves a warning
DAY = 86400.0


class Line(NamedTuple):
    """One line of the first screen.

    Attributes:
        head: First word of the line; empty where it goes on.
        about: What the number is.
        key: The number.
        unit: Unit as it is written, ``%`` for ratios.
    """

    head: str
    about: str
    key: Key
    unit: str


def lines(result: Result) -> Iterator[Line]:
    """Yield the numbers of the first screen, in order."""
    products = made_products(result)
    for place, product in enumerate(products):
        yield Line("released" if place == 0 else "", product, Key("released", "product", product), "m2/d")
    yield Line("" if products else "released", "total", Key("released"), "m2/d")
    yield Line("yield", "good / coated m2; start-up, splice, trim, samples apart", Key("yield"), "%")
    for place, product in enumerate(products):
        yield Line("lead time" if place == 0 else "", product, Key("lead_time", "product", product), "d")
    yield Line("WIP", "time average", Key("wip_lots"), "lots")
    station = bottleneck(result)
    if station:
        yield Line("OEE", f"of the bottleneck, {station} (ISO 22400)", Key("oee", "station", station), "%")
    yield Line("cost", "feeds and utilities, by good m2", Key("cost"), "USD/m2")
    yield Line("solvent", "lost", Key("solvent_lost"), "kg/d")


def made_products(result: Result) -> list[str]:
    """List the products that have a turn on the coater, whether anything of them came out or not."""
    return sorted(name for name in result.plan.products if result.plan.plant.making(name).campaign > 0.0)


def released(result: Result, product: str) -> float:
    """Return the mean release of a product; nothing at all is 0. [m^2/d]"""
    found = result.estimate("released", "product", product).mean
    return found if isfinite(found) else 0.0


def verdict(change: Difference) -> str:
    """Say what pairs tell of a change: nothing where it is one, else why it is none, or why that is not known."""
    if change.different:
        return ""
    if change.difference.n < 2:
        return f"not known: {change.difference.n or 'no'} pair{'s' if change.difference.n != 1 else ''}"
    same = change.difference.mean == 0.0 and change.difference.sd == 0.0
    return "the same in every replication" if same else "no difference at 95 %"


def bottleneck(result: Result) -> str:
    """Name the station that limits the line; empty where none does."""
    ranked = sorted(result.keys("bottleneck", "line"), key=lambda key: (-_carried(result, key), key.detail))
    return ranked[0].detail if ranked else ""


def _carried(result: Result, key: Key) -> float:
    return sum(value for value in result.series[key].values if isfinite(value))


def written(found: Estimate, unit: str) -> tuple[str, str]:
    """Return a mean and its 95 % interval as text: half-width, or both ends of a ratio's interval.

    >>> written(Estimate(0.912, 0.01, 10, 0.007, 0.905, 0.919), "%")
    ('91.2', '90.5-91.9')
    >>> written(Estimate(123.4, 3.0, 10, 2.1, 121.3, 125.5), "m2/d")
    ('123.4', '2.1')
    """
    if unit != "%":
        return beside(found.mean, found.half_width)
    if not isfinite(found.mean):
        return "-", "-"
    ends = f"{100.0 * found.low:.1f}-{100.0 * found.high:.1f}" if isfinite(found.low) else "-"
    return f"{100.0 * found.mean:.1f}", ends


def title(result: Result) -> str:
    """Say in one line what was simulated."""
    study = result.plan.study
    made = len(made_products(result))
    return (
        f"{made} product{'s' if made != 1 else ''}, {short(study.horizon / DAY)} d x {result.replications} "
        f"replication{'s' if result.replications != 1 else ''}, seed {study.seed}"
    )


def asked(plan: Plan) -> str:
    """Return the words that ask for a plan behind `twin run` or `twin explain`."""
    return plan.asked or plan.name


def where(result: Result) -> str:
    """Name the store as a person in the current folder would."""
    if is_remote(result.store):
        return written_place(result.store)
    store = result.store.absolute()
    return str(store.relative_to(Path.cwd()) if store.is_relative_to(Path.cwd()) else store)


_NOISE = "the interval holds replication noise, not doubt about the constants"
CLEAN = f"clean | {_NOISE}"
NEARLY = f"passed, but lots are beyond a domain (note) | {_NOISE}"


def verdict_lines(result: Result) -> list[str]:
    """List the verdicts that failed; or say that all is clean, if no lot is beyond a domain."""
    return unclean(result) or [NEARLY if strays(result) else CLEAN]


def strays(result: Result) -> list[str]:
    """Say in one line which domains single lots have left: too few for a verdict, and told all the same."""
    failed = {one.subject for one in result.verdicts if one.check == EXTRAPOLATED and not one.passed}
    few: dict[str, list[Verdict]] = {}
    for one in result.verdicts:
        if one.check == EXTRAPOLATED and one.value and one.subject not in failed:
            few.setdefault(one.subject, []).append(one)
    told = [_worst_lots(result, found) for found in few.values()]
    return [f"lots beyond a domain in {'; in '.join(told)}"] if told else []


def _worst_lots(result: Result, found: list[Verdict]) -> str:
    worst = max(found, key=_beyond)
    often = f"{len(found)} of {result.replications} replications"
    return f"{often}, {'at worst ' if len(found) > 1 else ''}{worst.about.rstrip('.')}"


def _beyond(one: Verdict) -> float:
    """How many times what is allowed was found: of lots their share, since more are allowed among more."""
    return (one.value or 0.0) / one.tolerance if one.tolerance > 0.0 else one.value or 0.0


def unclean(result: Result) -> list[str]:
    """List the verdicts that failed, one line a check and subject with its worst value."""
    failed: dict[tuple[str, str], list[Verdict]] = {}
    for one in result.verdicts:
        if not one.passed:
            failed.setdefault((one.check, one.subject), []).append(one)
    return [_verdict(result, found) for found in failed.values()]


def _verdict(result: Result, found: list[Verdict]) -> str:
    worst = max(found, key=_beyond)
    often = "" if worst.replication == WHOLE_RUN else f" in {len(found)} of {result.replications}"
    if worst.check in KINDS and worst.about[:1].isdigit():  # a sentence of its own
        return f"{worst.check}{often} replications; {'at worst ' if len(found) > 1 else ''}{worst.about}"
    subject = f" {worst.subject}" if worst.subject else ""
    about = worst.about.partition(": ")[2] or worst.about
    return f"{worst.check}{subject}: {short(worst.value or 0.0)}{often} (at most {worst.tolerance:g}); {about}"


def doubts(result: Result) -> list[str]:
    """List what a reader of the intervals should know of this run."""
    times = {line.about: line.key for line in lines(result) if line.key.indicator == "lead_time"}
    carried = {name: result.series[key].estimate().n if key in result.series else 0 for name, key in times.items()}
    found = strays(result)  # first, where no screen is too short for it
    found += [
        f"lead time of {name}: only {n} of {result.replications} replications carry one"
        for name, n in carried.items()
        if n < min(ENOUGH, result.replications)
    ]
    if result.replications < ENOUGH:
        few = f"{result.replications} replication{'s' if result.replications != 1 else ''}"
        found.append(f"only {few}: intervals are wide" if result.replications > 1 else f"only {few}: no intervals")
    found += _short(result)
    found += [f"{name}: nothing was released" for name in made_products(result) if released(result, name) == 0.0]
    found += [f"{one.check} not judged: {one.about}" for one in result.verdicts if one.value is None][:1]
    return found


def _short(result: Result) -> list[str]:
    """Say so where the measured time is shorter than a cycle of campaigns: then it shows one part of a cycle."""
    plant, horizon = result.plan.plant, result.plan.study.horizon
    cycle = sum(plant.making(name).campaign for name in result.plan.products) + plant.stocks.campaign_rest
    if len(made_products(result)) < 2 or horizon >= cycle:
        return []
    told = f"{short(horizon / DAY)} d are less than a cycle of campaigns ({short(cycle / DAY)} d)"
    return [f"{told}: released area and lead time depend on where in it they lie"]
