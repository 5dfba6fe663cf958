"""All exact checks of the physics, evaluated by the functions that the simulation itself calls."""

from functools import cache

from twin.validation.chemistry_checks import CHEMISTRY
from twin.validation.film_checks import FILM
from twin.validation.physics_check import CheckVerdict, PhysicsCheck, judged
from twin.validation.roll_checks import ROLL

CHECKS: tuple[PhysicsCheck, ...] = (*CHEMISTRY, *sorted((*FILM, *ROLL), key=lambda one: int(one.id[1:].split()[0])))


@cache
def check_verdicts() -> tuple[CheckVerdict, ...]:
    """Evaluate all of them."""
    return tuple(judged(check) for check in CHECKS)
