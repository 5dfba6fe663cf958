"""Which run and which lot a person means."""

import re
from collections.abc import Collection

from twin.errors import UsageError, joined, nearest, printable
from twin.store import Store

_LOT = re.compile(r"\s*[Ll]?[-_ ]?0*(\d{1,12})\s*")


def name_of(number: int) -> str:
    """Return how a lot is called on the screen.

    >>> name_of(412)
    'L-0412'
    """
    return f"L-{number:04d}"


def lot_number(text: str) -> int:
    """Return the number of a lot from its name or its plain number.

    Raises:
        UsageError: It is neither.

    >>> lot_number("L-0412"), lot_number("412"), lot_number("l412")
    (412, 412, 412)
    """
    found = _LOT.fullmatch(text)
    if found is None:
        raise UsageError(f"{printable(text)}: no name of a lot. Write L-0412 or 412.")
    return int(found[1])


def known_lot(number: int, known: Collection[int], where: str) -> int:
    """Return the number of a lot that is there.

    Raises:
        UsageError: It is not; the message names lots like it.
    """
    if number in known:
        return number
    if not known:
        raise UsageError(f"{name_of(number)}: {where} has no lots. Run it longer: twin run --days 28.")
    first, last = min(known), max(known)
    if first < number < last:  # samples are numbered with the lots, and live in no table of their own
        why, near = "that number went to a sample for the laboratory", min(known, key=lambda one: abs(one - number))
        hint = f" Did you mean {name_of(near)}?"
    else:
        why = "no such lot"
        names = {name_of(one): one for one in known}
        hint = nearest(name_of(number), names) or f" Did you mean {name_of(last if number > last else first)}?"
    raise UsageError(
        f"{name_of(number)}: {why} in {where}.{hint} "
        f"It has {len(known)} lots between {name_of(first)} and {name_of(last)}; table lots lists them."
    )


def run_named(store: Store, wanted: str) -> str:
    """Return the run of an id, or the latest of a scenario; the latest of all where nothing is named.

    Raises:
        UsageError: There is none; the message names the nearest.
    """
    runs = store.runs()
    if not runs:
        raise UsageError(f"store {store.root}: no run yet. Make one: twin run baseline --store {store.root}")
    if wanted in runs:
        return wanted
    scenarios = {run: run.rpartition("-")[0] for run in runs}
    mine = [run for run in runs if not wanted or scenarios[run] == wanted]
    if not mine:
        names = [*dict.fromkeys(scenarios.values()), *runs]
        raise UsageError(
            f"--run {printable(wanted)}: no such run in {store.root}.{nearest(wanted, names)} "
            f"Runs: {joined(runs, 5)}. Or make it: twin run {printable(wanted)}"
        )
    return max(mine, key=lambda run: (_executed(store, run), run))


def _executed(store: Store, run: str) -> float:
    """When a run was last computed. [s]"""
    times = [one for one in store.read(run, "executions")["started_utc"].to_pylist() if one is not None]
    return max((one.timestamp() for one in times), default=0.0)
