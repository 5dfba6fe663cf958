"""The screen of a comparison."""

from twin.layout import behind, beside, columns, short
from twin.reports.headline import DAY, Line, lines, strays, unclean, verdict, where, written
from twin.study import Comparison, Difference, Key, Pair, Result

_MOST_CHECKS = 2  # of each scenario that are told; the table `checks` has them all
_MOST_STREAMS = 4  # that are named; the JSON has them all


def headline(found: Comparison) -> str:
    """Say in one sentence what both scenarios release, and whether they differ, with the interval."""
    pair = found.pairs[Key("released")]
    first, second = written(pair.first, "m2/d")[0], written(pair.second, "m2/d")[0]
    change, half = _change(pair.change, "m2/d")
    known = verdict(pair.change)
    return (
        f"{found.second.plan.name} releases {second} m2/d, {found.first.plan.name} {first}: {change}{behind(half)} m2/d"
        f"{f' ({known})' if known else ''}"
    )


def screen(found: Comparison) -> str:
    """Return what changes from the first scenario to the second, and whether it is a change."""
    one, two, study = found.first, found.second, found.first.plan.study
    heads = (" ", " ", one.plan.name, two.plan.name, "difference", "+-95 %", "pairing", "unit", "")
    head = (
        f"{two.plan.name} against {one.plan.name}: {short(study.horizon / DAY)} d x {one.replications} replications, "
        f"seed {study.seed}, common random numbers"
    )
    told = [
        head,
        f"question   {two.plan.question}",
        columns(
            [_row(line, found.pairs[line.key]) for line in lines(two) if line.key in found.pairs], heads, range(2, 7)
        ),
        "pairing    how many times fewer replications the common random numbers needed",
        f"streams    {_streams(found)}",
        *_checks(one),
        *_checks(two),
        f"tables     {where(two)}  (runs {one.run_id}, {two.run_id})",
    ]
    return "\n".join(told)


def _row(line: Line, pair: Pair) -> tuple[str, ...]:
    """A line of the first screen in both scenarios, its difference, and whether it is one."""
    first, second = written(pair.first, line.unit)[0], written(pair.second, line.unit)[0]
    change, half = _change(pair.change, line.unit)
    return line.head, line.about, first, second, change, half, _gain(pair.change), line.unit, verdict(pair.change)


def _checks(result: Result) -> list[str]:
    """Tell which lots are beyond a domain and which checks failed, where any did."""
    failed = unclean(result)
    more = len(failed) - _MOST_CHECKS
    told = [*strays(result), *failed[:_MOST_CHECKS]]
    told += [f"and {more} more: table checks"] if more > 0 else []
    return [f"checks     {result.plan.name}: {text}" for text in told]


def relief(confirmed: Comparison) -> str:
    """Return in one line what the second study releases more than the first."""
    pair = confirmed.pairs[Key("released")]
    mean, half = written(pair.change.difference, "m2/d")
    before, after = written(pair.first, "m2/d")[0], written(pair.second, "m2/d")[0]
    told = " ".join(filter(None, (f"+-{half}", verdict(pair.change))))
    runs = f"{confirmed.first.replications} replications"
    return f"released {before} becomes {after} m2/d, {mean} {told} ({runs})"


def _change(change: Difference, unit: str) -> tuple[str, str]:
    scale = 100.0 if unit == "%" else 1.0
    found = change.difference
    mean, half = beside(scale * found.mean, scale * found.half_width)
    return f"{'+' if found.mean > 0.0 else ''}{mean}", half


def _gain(change: Difference) -> str:
    ratio = short(change.variance_ratio, 2)
    return "-" if ratio == "-" else f"x{ratio}"


def _streams(found: Comparison) -> str:
    """Say which random numbers both drew: the k-th of a stream is the same in both, wherever both have that stream."""
    if not found.streams and not any(found.alone):
        return "all shared: both scenarios drew the same random numbers for the same lots"
    told = ["shared lot by lot"]
    if found.streams:
        texts = [f"{station} {one}/{two}" for station, (one, two) in found.streams.items()]
        told.append(f"numbers of operations differ: {', '.join(texts)}")
    for result, names in zip((found.first, found.second), found.alone, strict=True):
        more = len(names) - _MOST_STREAMS
        listed = ", ".join(names[:_MOST_STREAMS]) + (f" and {more} more" if more > 0 else "")
        told += [f"only {result.plan.name} has {listed}"] if names else []
    return f"\n{'':<11}".join(told)
