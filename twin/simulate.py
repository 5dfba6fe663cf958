"""The composition root: a plan and a seed give the records of one replication."""

from typing import NamedTuple

from twin.building import build
from twin.line import writing
from twin.line.laws import Balance, check, lost_and_doubled
from twin.plan import Plan
from twin.records import Records


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
    line.begin()
    end = plan.study.warm_up + plan.study.horizon
    line.run(end / 2.0)
    halfway = lost_and_doubled(line)
    line.run(end)
    balances = (halfway._replace(name=f"{halfway.name}, halfway"), *check(line))
    now = line.env.now
    for item in line.items.values():
        if item.lot.material != "sample":
            writing.lot(line, item, "inside", "inside", now)
    return Replication(records, balances, {"came": line.ledger.came, "went": line.ledger.went})
