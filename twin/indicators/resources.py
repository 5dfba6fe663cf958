"""What the line takes in and gives off: cost, solvents, energy."""

from collections.abc import Iterator

import numpy as np

from twin.indicators.frame import Floats, Frame, Mask, Row, Run, of, row, scopes

_ENERGY = {"kWh": 1.0, "MJ": 1.0 / 3.6}  # kWh per unit


def resource_rows(run: Run) -> Iterator[Row]:
    """Yield cost, solvents and energy, of the line and of each product."""
    taken = run["consumption"]
    taken = taken.take(run.window.holds(taken.floats("at_s")))
    amount, cost = taken.floats("amount"), taken.floats("cost_usd")
    energy = _energy(taken)
    lost, recovered = _solvents(taken)
    days = run.window.days
    for scope, subject in scopes(run):
        mine = of(taken, subject)
        good = run.good_area(subject)
        yield row("cost", scope, subject, float(cost[mine].sum()), good)
        yield row("energy", scope, subject, float(energy[mine].sum()), good)
        yield row("solvent_lost", scope, subject, float(amount[mine & lost].sum()), days)
        yield row("solvent_recovered", scope, subject, float(amount[mine & recovered].sum()), days)
    gone = taken.take(taken.where("kind", "loss"))
    code, names = gone.names("item")
    sums = np.bincount(code, weights=gone.floats("amount"), minlength=len(names))
    for place in sorted(np.unique(code).tolist(), key=names.__getitem__):
        yield row("given_off", "item", names[place], float(sums[place]), days)


def amounts(run: Run) -> dict[str, float]:
    """Return what was paid for in the window, by name, for each square metre that was shipped. [kg/m^2] or its unit

    Nothing is returned where nothing was shipped.
    """
    good, taken = run.good_area(), run["consumption"]
    if good <= 0.0:
        return {}
    taken = taken.take(run.window.holds(taken.floats("at_s")) & taken.where("kind", "feed", "utility"))
    code, names = taken.names("item")
    sums = np.bincount(code, weights=taken.floats("amount"), minlength=len(names)) / good
    return {names[place]: float(sums[place]) for place in np.unique(code).tolist()}


def _solvents(taken: Frame) -> tuple[Mask, Mask]:
    """Which losses are solvent that is gone, and which come back; fines, residues and web are neither."""
    names = taken.names("item")[1]
    back = [name for name in names if name.startswith("recovered")]
    gone = [name for name in names if name not in back and ("vapour" in name or "liquor" in name)]
    loss = taken.where("kind", "loss")
    return loss & taken.where("item", *gone), loss & taken.where("item", *back)


def _energy(taken: Frame) -> Floats:
    """Electricity and steam of each row; cooling is heat that leaves and is not counted twice. [kWh]"""
    code, names = taken.names("item")
    factor = [0.0 if name.startswith("cooling") else _ENERGY.get(name.rpartition("_")[2], 0.0) for name in names]
    return np.asarray(
        np.where(taken.where("kind", "utility"), taken.floats("amount"), 0.0) * np.array([*factor, 0.0])[code]
    )
