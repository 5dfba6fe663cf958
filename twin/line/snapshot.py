"""State as data: the line writes down where it stands as plain JSON, and starts from it.

Every lot, place, age, remaining time, machine clock and count is in it. Random numbers have no position (they are
addressed by lot and purpose), so the counts of lots, outages and loads are all that a stream needs.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from simpy.events import Event, Timeout

from twin.errors import UsageError
from twin.line import pending
from twin.line.edited import mended
from twin.line.item import Item
from twin.line.line import Line
from twin.line.preparing import Job
from twin.line.state import BUSY, LAB_WAIT
from twin.line.unit import Unit

FORMAT = 2
_PLAIN = (
    "step", "ready_at", "left", "halts", "halted_in", "halted_at", "work_time", "service", "started", "granted",
    "last", "batch", "counters", "stopped", "interruptions",
)  # fmt: skip
_LINE = (
    "number", "inside", "inside_area", "inside_since", "time_of_gone", "gone", "gone_time", "statistics_from", "counts",
)  # fmt: skip


def state(line: Line) -> dict[str, Any]:
    """Return the state of the line as plain data, at the time of its clock."""
    parts = {part.key: part.state() for part in line.parts() if not isinstance(part, Unit)}
    whole = {
        "format": FORMAT,
        "clock_s": line.env.now,
        "seed": line.seed,
        "replication": line.replication,
        "line": {name: getattr(line, name) for name in _LINE},
        "ledger": line.ledger.state(),
        "lots": [item.state() for item in line.items.values()],
        "units": {unit.name: _unit_state(unit) for unit in line.units()},
        "parts": parts,
        "queues": {key: list(part["queue"]) for key, part in parts.items() if "queue" in part},  # what an edit changes,
        "numbers": list(line.items),  # and which lots one puts in
        "agenda": _agenda(line),
    }
    return deepcopy(whole)  # the line goes on, and what it wrote stays


def restore(line: Line, data: Mapping[str, Any]) -> None:
    """Put a line that has just been built, and not begun, into a written state.

    A state that was edited is put right first: a lot that is missing, in its place or on the list, is gone from both,
    counted no more and booked as removed.

    Args:
        line: The line, built by the same plan.
        data: What ``state`` returned; it is left as it is.

    Raises:
        UsageError: The data come from another format or another line, or no line could be in this state.
    """
    try:
        _refuse_other(line, data)
        _restore(line, *mended(data))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:  # whatever a hand may write
        why = f"{type(error).__name__}: {error}"
        raise UsageError(
            f"state: not as a line writes it ({why}); change values only, each to one of its kind."
        ) from error


def _restore(line: Line, data: Mapping[str, Any], edited: bool) -> None:  # noqa: FBT001 - as it is told
    line.connect()
    for name, value in data["line"].items():
        setattr(line, name, value)
    line.ledger.restore(data["ledger"])
    line.items = {one["lot"]["number"]: Item.restored(one) for one in data["lots"]}
    for part in line.parts():
        if not isinstance(part, Unit) and part.key in data["parts"]:
            part.restore(data["parts"][part.key])
    if edited:
        _refuse_places(line, data["queues"])
    for unit in line.units():
        _restore_unit(unit, data["units"][unit.name])
    for entry in data["agenda"]:
        _schedule(line, entry)
    if data["clock_s"] > 0.0:
        line.env.run(until=data["clock_s"])
    _limit_others(line, data)
    if edited:
        _go_on(line)


def _refuse_other(line: Line, data: Mapping[str, Any]) -> None:
    """Refuse a state that another release or another line has written."""
    if data.get("format") != FORMAT:
        raise UsageError(f"state: its format is {data.get('format')!r}, not {FORMAT}; write it anew with this release.")
    if data["units"].keys() != {unit.name for unit in line.units()}:
        raise UsageError("state: it was written by a line of other machines; build the line by the plan that wrote it.")


def _refuse_places(line: Line, written: Mapping[str, Any]) -> None:
    """Refuse a lot where nothing is done with its product, and more lots than a place holds, but for rework."""
    for station in line.stations.values():
        queue, place = station.inbound.queue, station.inbound
        for item in queue:
            if station.procedures.keys().isdisjoint({item.lot.product, ""}):
                raise UsageError(
                    f"lot {item.lot.number} waits in {place.name}, where nothing is done with {item.lot.product!r}; "
                    "put it in a place on its route."
                )
        if len(queue) > max(place.places, len(written[place.key])):
            raise UsageError(f"{place.name}: {len(queue)} lots wait in {place.places} places; take some out.")


def _limit_others(line: Line, data: Mapping[str, Any]) -> None:
    """Let every lot that waits expire: also one that was put there, or has waited longer, by hand."""
    limited = [(entry["who"], *entry["value"]) for entry in data["agenda"] if entry["what"] == "expire"]
    for buffer in line.buffers.values():
        buffer.limit_others({(number, since) for who, number, since in limited if who == buffer.key})


def _go_on(line: Line) -> None:
    """Let in who finds room now, and start what can be started, as if the change had just happened."""
    for buffer in line.buffers.values():
        buffer.vacated()
    for station in line.stations.values():
        station.dispatch()


def write(line: Line, path: Path) -> None:
    """Write the state to one JSON file."""
    path.write_text(json.dumps(state(line), indent=1, allow_nan=False), encoding="utf-8")


def read(line: Line, path: Path) -> None:
    """Start a built line from a written file.

    Raises:
        UsageError: The file holds no state in which this line could be.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        restore(line, data if isinstance(data, dict) else {})
    except json.JSONDecodeError as error:
        raise UsageError(f"{path.name}:{error.lineno}: {error.msg}; a state is one JSON file.") from None
    except (ValueError, RecursionError):
        why = "no text, nested too deeply, or a number of too many digits"
        raise UsageError(f"{path.name}: {why}; a state is one JSON file.") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name a file that a line wrote.") from None
    except UsageError as error:
        raise UsageError(*(f"{path.name}: {problem}" for problem in error.problems)) from None


def _agenda(line: Line) -> list[dict[str, Any]]:
    """List what is on the agenda, in the order in which it will come; stale events are left out."""
    entries = []
    for at, _, _, event in sorted(line.env._queue, key=lambda entry: entry[:3]):  # noqa: SLF001 - SimPy shows it nowhere
        for action in event.callbacks or ():
            owner = getattr(action, "__self__", None)
            if owner is None or not hasattr(owner, "key") or _is_stale(owner, action.__name__, event):
                continue
            entries.append({"at_s": at, "who": owner.key, "what": action.__name__, "value": event.value})
    return entries


def _is_stale(owner: Any, action: str, event: Event) -> bool:  # noqa: ANN401 - any part of the line
    if not isinstance(owner, Unit):
        return False
    if action in {"finish", "prepared"}:
        return event is not owner.due
    if action == "worn":
        return owner.wear is None or event is not owner.wear.due
    return False


def _schedule(line: Line, entry: Mapping[str, Any]) -> None:
    owner = line.component(entry["who"])
    # the environment is new and its clock at 0, so that the delay is the time itself and no rounding comes in
    event = Timeout(line.env, entry["at_s"], entry["value"])
    event.callbacks.append(getattr(owner, entry["what"]))
    if isinstance(owner, Unit):
        if entry["what"] in {"finish", "prepared"}:
            owner.due, owner.ready_at = event, entry["at_s"]
        elif entry["what"] == "worn" and owner.wear is not None:
            owner.wear.due = event


def _unit_state(unit: Unit) -> dict[str, Any]:
    data = {name: getattr(unit, name) for name in _PLAIN}
    data["items"] = [item.lot.number for item in unit.items]
    works = (unit.halted_in if unit.halts else unit.log.state) in {BUSY, LAB_WAIT}
    data["outs"] = pending.written(unit) if works else []
    data["ins"] = pending.settled(unit) if unit.log.state == BUSY else []
    data["jobs"] = [list(job) for job in unit.jobs]
    data["log"] = unit.log.state_data()
    data["wear_left"] = unit.wear.left if unit.wear else []
    return data


def _restore_unit(unit: Unit, data: Mapping[str, Any]) -> None:
    for name in _PLAIN:
        setattr(unit, name, data[name])
    unit.items = [unit.line.items[number] for number in data["items"]]
    unit.outs = pending.read(unit, data["outs"])
    unit.jobs = [Job(*job) for job in data["jobs"]]
    unit.log.restore(data["log"])
    if unit.wear:
        unit.wear.left = list(data["wear_left"])
