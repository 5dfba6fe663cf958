"""A written state that a hand has changed: what follows from the change is put right, what cannot be is refused."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from copy import deepcopy
from math import isfinite
from typing import Any

from twin.errors import UsageError
from twin.line.item import Item
from twin.line.ledger import TOLERANCE, Ledger
from twin.line.state import BLOCKED, BUSY, LAB_WAIT

REMOVED, ADDED = "removed by hand", "added by hand"
APART = 1 << 40  # no maker counts so far, so lots that were put in draw numbers that no other lot will draw
_MOST = 1 << 52  # a number up to here is exact in the tables
_AMOUNTS = ("mass", "length", "panels")
_TOLD = ("money", "since", "created", "born", "ended")  # of a lot, beside its amounts and properties
_HOLDS = (BUSY, BLOCKED, LAB_WAIT)  # states of a machine that has lots in it
_WAITS = "only a lot that waits in a buffer can be taken out"


def mended(data: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Return a copy of a state whose places, counts and books agree with its lots, and whether that took a change.

    Args:
        data: A state, as ``snapshot.state`` returns it, perhaps edited.

    Raises:
        UsageError: No line could be in this state.
    """
    mine = deepcopy(dict(data))
    _refuse(mine)
    moved = _queues(mine) != mine["queues"]
    _numbered_apart(mine)
    _take_out(mine)
    return mine, any([moved, _counted_anew(mine), _booked(mine)])


def _refuse(mine: Mapping[str, Any]) -> None:
    clock = mine["clock_s"]
    for entry in mine["agenda"]:
        if not (isfinite(entry["at_s"]) and clock <= entry["at_s"]):
            raise UsageError(
                f"agenda: {entry['what']} of {entry['who']} at {entry['at_s']} s: before the clock, or never; "
                f"use {clock} s or later."
            )
    numbers = [one["lot"]["number"] for one in mine["lots"]]
    for number, times in Counter([*_waiting(mine), *_held(mine)]).items():
        if times > 1:
            raise UsageError(f"lot {number} stands in {times} places; leave one.")
    for number, times in Counter(numbers).items():
        if times > 1:
            raise UsageError(f"lots: {times} have the number {number}; give a new one a number of its own.")
    for number in sorted({*_held(mine), *_blocked(mine)} - set(numbers)):
        raise UsageError(f"lot {number} is in a machine or in quarantine; {_WAITS}.")
    _refuse_new(mine)
    _refuse_amounts(mine)
    _refuse_missing(mine)
    _refuse_machines(mine)
    _refuse_settled(mine)


def _known(mine: Mapping[str, Any]) -> Container[int]:
    """Numbers of the lots of the line that wrote the state; an earlier release named the next free one alone."""
    return set(mine["numbers"]) if "numbers" in mine else range(mine["line"]["number"])


def _refuse_new(mine: Mapping[str, Any]) -> None:
    """Refuse a new lot by a number that another has had, in the tables the two would be one; and a second sample."""
    known, free = _known(mine), mine["line"]["number"]
    for one in mine["lots"]:
        number = one["lot"]["number"]
        if number not in known and not (isinstance(number, int) and free <= number <= _MOST):
            raise UsageError(f"lots: no new lot may have the number {number}; give it one from {free} to {_MOST}.")
        if number not in known and one["lot"]["material"] == "sample":
            raise UsageError(
                f"lot {number} is a new sample, of which nobody waits for the result; put in other lots only."
            )


def _refuse_amounts(mine: Mapping[str, Any]) -> None:
    """Refuse a lot of which there is less than nothing, or nobody knows how much."""
    for one in mine["lots"]:
        lot, told = one["lot"], {name: one[name] for name in _TOLD}
        for name, value in {**lot["properties"], **told, **{name: lot[name] for name in _AMOUNTS}}.items():
            if not isfinite(value) or (name in _AMOUNTS and value < 0.0):
                least = ", 0 or more" if name in _AMOUNTS else ""
                raise UsageError(f"lot {lot['number']}: {name} = {value}; use a number{least}.")
            if lot["material"] == "sample" and name in _AMOUNTS and value:
                raise UsageError(f"lot {lot['number']}: {name} = {value}; a sample has none, it is booked; leave 0.")


def _refuse_machines(mine: Mapping[str, Any]) -> None:
    """Refuse a machine that works and has no lot, or whose work would never end."""
    ends = {entry["who"] for entry in mine["agenda"] if entry["what"] == "finish"}
    for name, unit in mine["units"].items():
        state = unit["halted_in"] if unit["halts"] else unit["log"]["state"]
        if state in _HOLDS and not unit["items"]:
            raise UsageError(f"unit {name} is at work and has no lot; {_WAITS}.")
        worked = {number for number, *_ in unit["outs"]}
        if state in {BUSY, LAB_WAIT} and worked and worked != {*unit["items"]}:
            raise UsageError(f"unit {name} works on {len(worked)} lots and has {len(unit['items'])}; {_WAITS}.")
        if state == BUSY and not unit["halts"] and f"unit {name}" not in ends:
            raise UsageError(f"agenda: unit {name} is at work and never finishes; leave its finish there, or move it.")


def _refuse_settled(mine: Mapping[str, Any]) -> None:
    """Refuse a change of a lot that a stage is changing: it would be undone when the work ends."""
    now = {one["lot"]["number"]: one["lot"] for one in mine["lots"]}
    for name, unit in mine["units"].items():
        for lot in unit.get("ins", ()):
            if now[lot["number"]] != lot:
                raise UsageError(
                    f"lot {lot['number']} is at work in unit {name}, and what it becomes is settled; "
                    "change only a lot that waits."
                )


def _refuse_missing(mine: Mapping[str, Any]) -> None:
    """Refuse a state in which somebody waits for a lot that is no longer there."""
    places = {*_waiting(mine), *_held(mine)}
    kept = [one["lot"] for one in mine["lots"] if one["lot"]["number"] in places]
    sampled = {lot["parents"][0] for lot in kept if lot["material"] == "sample"}
    waited = {number for part in mine["parts"].values() for number in part.get("awaited", ())}
    for number in sorted(waited - sampled):
        raise UsageError(f"lot {number} waits for the result of a sample that is not there; leave samples in.")
    for number in sorted(sampled - places):
        raise UsageError(f"lot {number}, whose sample is in the laboratory, is not there; {_WAITS}.")
    for number in sorted(set(_blocked(mine)) - set(_held(mine))):
        raise UsageError(f"lot {number} blocks its machine; {_WAITS}.")


def _queues(mine: Mapping[str, Any]) -> dict[str, list[int]]:
    return {key: part["queue"] for key, part in mine["parts"].items() if "queue" in part}


def _waiting(mine: Mapping[str, Any]) -> Iterator[int]:
    return (number for queue in _queues(mine).values() for number in queue)


def _held(mine: Mapping[str, Any]) -> Iterator[int]:
    for holder in (*mine["units"].values(), *mine["parts"].values()):
        yield from holder.get("items", ())


def _blocked(mine: Mapping[str, Any]) -> Iterator[int]:
    return (number for part in mine["parts"].values() for _, number in part.get("blocked", ()))


def _take_out(mine: dict[str, Any]) -> None:
    """Take a lot out of the list where it has no place, and out of its place where it is not on the list."""
    places = {*_waiting(mine), *_held(mine)}
    mine["lots"] = [one for one in mine["lots"] if one["lot"]["number"] in places]
    numbers = {one["lot"]["number"] for one in mine["lots"]}
    for queue in _queues(mine).values():
        queue[:] = [number for number in queue if number in numbers]
    mine["line"]["number"] = max(mine["line"]["number"], 1 + max(numbers, default=-1))


def _numbered_apart(mine: dict[str, Any]) -> None:
    """Give lots that were put in counts of their own, by which they draw random numbers; the others keep theirs."""
    known = _known(mine)
    for one in mine["lots"]:
        if one["lot"]["number"] not in known:
            one["ordinal"] = APART + one["lot"]["number"]


def _counted_anew(mine: dict[str, Any]) -> bool:
    """Count the lots inside, and let the time inside of those that are gone be what the count has summed."""
    line, clock = mine["line"], mine["clock_s"]
    created = [one["created"] for one in mine["lots"] if one["lot"]["material"] != "sample"]
    area = line["inside_area"] + line["inside"] * (clock - line["inside_since"])
    summed = line["time_of_gone"] + sum(clock - max(one, line["statistics_from"]) for one in created)
    if len(created) == line["inside"] and abs(area - summed) <= TOLERANCE * max(1.0, summed):
        return False
    gone = line["time_of_gone"] + area - summed
    line.update(inside=len(created), inside_area=area, inside_since=clock, time_of_gone=gone)
    return True


def _booked(mine: dict[str, Any]) -> bool:
    """Book what was taken out or put in, so that the books close."""
    books, changed = Ledger(mine["ledger"]["came"], mine["ledger"]["went"]), False
    for quantity, share in books.imbalance([Item.restored(one) for one in mine["lots"]]).items():
        if abs(share) > TOLERANCE:
            changed = True
            amount = share * max(1.0, abs(sum(books.came[quantity].values())))
            if amount > 0.0:
                books.issue(quantity, REMOVED, amount)
            else:
                books.receive(quantity, ADDED, -amount)
    return changed
