"""What a run and the store must come to when something dies: waited for, and demanded."""

from flows.bench.stand import NAMES, Stand, until
from flows.child import wait_until
from twin.errors import RunError, joined

LONG = 1200.0  # s
WELL = "COMPLETED"
OVER = (WELL, "FAILED", "CANCELLED")


def begun(stand: Stand, seed: int, replications: int = 60) -> str:
    """Start a run, and return its id as soon as it has simulated something."""
    run = stand.api().start(
        stand.deploy()[NAMES[0]], f"fault-{seed}", seed=seed, days=20.0, replications=replications, workers=2
    )
    until(lambda: any(stand.store.glob("_staging/*/*.part")), LONG, "the first replication")
    return run


def state(stand: Stand, run: str) -> str:
    """Return the type of a run's state."""
    return str(stand.api().run(run)["state"]["type"])


def completes(stand: Stand, run: str, about: str) -> None:
    """Wait until a run is over, and demand that it did well.

    One that lives may be called crashed for a while: it says Running again at its next look.

    Raises:
        RunError: It did not.
    """
    wait_until(lambda: state(stand, run) in OVER, LONG, look=0.5)
    told = stand.api().run(run)["state"]
    if told["type"] != WELL:
        raise RunError(f"{about} is {told['type']}, not {WELL}: {told.get('message') or 'it says no more'}")


def keeps(stand: Stand, before: set[str]) -> None:
    """Demand that all is there that was published before.

    Raises:
        RunError: Something is lost.
    """
    if lost := sorted(before - set(stand.published())):
        raise RunError(f"{len(lost)} of {len(before)} published runs are lost: {joined(lost)}")


def publishes(stand: Stand, before: set[str], allowance: float = LONG) -> None:
    """Wait until a run is published beside those that were, and demand that these are there still."""
    until(lambda: not set(stand.published()) <= before, allowance, "the published run")
    keeps(stand, before)


def lives_on(stand: Stand, run: str) -> None:
    """Demand that a run has completed, and was never called crashed.

    Raises:
        RunError: It has not, or it was.
    """
    completes(stand, run, "the run")
    if "CRASHED" in (states := stand.states_of(run)):
        raise RunError(f"the run lived, and was called crashed: its states were {joined(states)}")
