"""Throughput, yield, work in process, OEE, cost: functions of the tables of a replication, and of nothing else."""

from collections.abc import Mapping

import pyarrow as pa

from twin.indicators.catalogue import CATALOGUE, Indicator
from twin.indicators.flow import flow_rows
from twin.indicators.frame import Run, Window
from twin.indicators.laws import checks, failed
from twin.indicators.losses import loss_rows, scrap_rows
from twin.indicators.machines import machine_rows
from twin.indicators.resources import amounts, resource_rows
from twin.plan import Plan
from twin.tables import RunContext, from_rows

__all__ = ["CATALOGUE", "Indicator", "checks", "consumed", "failed", "indicators"]


def indicators(tables: Mapping[str, pa.Table], plan: Plan, replication: int, context: RunContext) -> pa.Table:
    """Return all indicators of one replication as a long table.

    Args:
        tables: Its logs, by name.
        plan: Its plan, which says what is measured; whatever lies across an end of that time is clipped.
        replication: Number of the replication. [1]
        context: Whose rows they are.
    """
    run = _measured(tables, plan)
    bounds = {"window_start_s": run.window.start, "window_end_s": run.window.end}
    rows = [
        {**one, **bounds}
        for part in (flow_rows, loss_rows, scrap_rows, machine_rows, resource_rows)
        for one in part(run)
    ]
    return from_rows("indicators", rows, context, replication)


def consumed(tables: Mapping[str, pa.Table], plan: Plan) -> dict[str, float]:
    """Return what was paid for by name, for each square metre of first grade. [kg/m^2] or its own unit

    Args:
        tables: The logs of a replication, by name.
        plan: Its plan.
    """
    return amounts(_measured(tables, plan))


def _measured(tables: Mapping[str, pa.Table], plan: Plan) -> Run:
    return Run(tables, Window(plan.study.warm_up, plan.study.warm_up + plan.study.horizon))
