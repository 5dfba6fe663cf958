"""The composition root: a plan and a seed give the records of one replication."""

from typing import NamedTuple

from twin.building import build
from twin.line import writing
from twin.line.ledger import TOLERANCE
from twin.line.line import Line
from twin.plan import Plan
from twin.records import Records


class Balance(NamedTuple):
    """One law that a replication must keep.

    Attributes:
        name: What is balanced.
        residual: How far it is off, relative. [1]
        tolerance: How far it may be off. [1]
    """

    name: str
    residual: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the law is kept."""
        return abs(self.residual) <= self.tolerance


class Replication(NamedTuple):
    """What one replication leaves behind.

    Attributes:
        records: Its records.
        balances: The laws, checked.
        ledger: What came and went: quantity -> ``came`` or ``went`` -> reason -> amount.
    """

    records: Records
    balances: tuple[Balance, ...]
    ledger: dict[str, dict[str, dict[str, float]]]


def simulate(plan: Plan, seed: int, replication: int) -> Replication:
    """Play one replication: warm-up and measured time; check its books.

    Args:
        plan: The plan.
        seed: Root seed. [1]
        replication: Number of the replication. [1]

    Returns:
        Records, balances and ledger; the same arguments give the same bytes.
    """
    records = Records()
    line = build(plan, seed, replication, records)
    for mark_product, stage, text in plan.marks:
        line.claims.setdefault((mark_product, stage), []).append(text)
    line.begin()
    line.run(plan.study.warm_up + plan.study.horizon)
    balances = check(line)
    now = line.env.now
    for item in line.items.values():
        if item.lot.material != "sample":
            writing.lot(line, item, "inside", "inside", now)
    return Replication(records, balances, {"came": line.ledger.came, "went": line.ledger.went})


def check(line: Line) -> tuple[Balance, ...]:
    """Check the laws of conservation on a line whose states are settled."""
    elapsed = line.env.now - line.statistics_from
    imbalance = line.ledger.imbalance(line.items.values())
    balances = [Balance(f"ledger {quantity}", residual, TOLERANCE) for quantity, residual in imbalance.items()]
    for unit in line.units():
        residual = (sum(unit.log.totals) - elapsed) / max(elapsed, 1.0)
        balances.append(Balance(f"states of {unit.name}", residual, TOLERANCE))
    inside, summed = line.inside_area, line.time_inside()
    balances.append(Balance("lots inside", (inside - summed) / max(1.0, summed), TOLERANCE))
    return tuple(balances)
