"""A machine that is stopped in whatever it does, and goes on afterwards with what was left of it."""

from typing import TYPE_CHECKING

from twin.line.asking import ask
from twin.line.state import BUSY, CREW_WAIT, IDLE, LAB_WAIT

if TYPE_CHECKING:  # a stop halts a unit
    from twin.line.unit import Unit


def halt(unit: "Unit", state: int) -> None:
    """Stop whatever it does; what is left of it is done afterwards."""
    unit.halts += 1
    log = unit.log
    if unit.halts == 1:
        now = unit.line.env.now
        unit.halted_in = IDLE if unit.station.withdraw(unit) else log.state
        unit.halted_at = now
        if unit.due is not None:
            unit.left = max(0.0, unit.ready_at - now)
            unit.due = None
            if log.state == BUSY and unit.wear is not None and not unit.wear.folds:
                unit.wear.use(now - log.resumed)
    log.enter(state)
    if unit.halts == 1:
        log.suspend()


def go_on(unit: "Unit") -> None:
    """Go on after a stop, unless another still holds it."""
    unit.halts -= 1
    if unit.halts:
        return
    state, left = unit.halted_in, unit.left
    unit.left = None
    if left is not None:
        _resume(unit, state, left)
    elif state == IDLE:
        unit.freed()
    else:
        unit.log.enter(state)
        if state == CREW_WAIT and unit.granted:
            unit.prepare()
        elif state == LAB_WAIT and not unit.station.awaits(unit):
            unit.judged()


def _resume(unit: "Unit", state: int, left: float) -> None:
    now = unit.line.env.now
    if state != BUSY:
        unit.log.enter(state)
        unit.wait(left, unit.prepared)
        return
    worked, repairs = unit.log.progress()
    unit.stopped += now - unit.halted_at
    unit.interruptions += 1
    left = ask(unit, worked) + repairs
    unit.log.resumed = now
    unit.log.enter(BUSY)
    unit.wait(left, unit.finish)
    if unit.wear is not None and not unit.wear.folds:
        unit.wear.arm(left)
