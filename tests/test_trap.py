"""Laws of the oven's trap: it fills load by load and is regenerated when its setting says so."""

from twin.scenario import load
from twin.simulate import simulate
from twin.store import run_context
from twin.tables import to_arrow


def played(regeneration):
    """Shares of the trap that rolls met, and its regenerations, for the solvent after which it is regenerated. [kg]"""
    settings = (f"curing.trap_regeneration={regeneration} kg", "study.warm_up=1 d", "study.horizon=20 d")
    plan = load("clad-only", settings)
    tables = to_arrow(simulate(plan, 1, 0).records, plan, 0, run_context(plan))
    shares = [one["value"] for one in tables["measurements"].to_pylist() if one["measure"] == "trap_share"]
    return shares, [one for one in tables["stoppages"].to_pylist() if one["cause"] == "trap regeneration"]


def test_a_trap_holds_what_came_since_its_regeneration():
    """Shares rise above one load's; the later a trap is regenerated, the fuller it gets and the fewer the stops."""
    (early, often), (late, seldom) = played(6.0), played(18.0)
    assert max(late) > max(early) > 0.0
    assert len(often) > len(seldom) > 0
    assert max(late) > 18.0 / 25.0
