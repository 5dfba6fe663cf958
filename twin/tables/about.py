"""The tables about a run: its row in the catalogue, its parameters, its columns, its execution."""

import json
import platform
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pyarrow as pa

from twin.plan import Plan
from twin.settings import tree
from twin.tables.build import from_rows
from twin.tables.column import ARROW
from twin.tables.context import TABLES, RunContext
from twin.tables.convert import measured_from


def run_tables(plan: Plan, context: RunContext) -> dict[str, pa.Table]:
    """Return the tables that a run has once: ``runs``, ``parameters`` and ``columns``."""
    return {
        "runs": _runs(plan, context),
        "parameters": from_rows("parameters", list(_parameters(plan)), context),
        "columns": from_rows("columns", list(_columns()), context),
    }


def execution_table(
    context: RunContext,
    *,
    execution_id: str,
    started: datetime,
    wall: float,
    workers: int,
    outcome: str = "published",
    flow_run_id: str | None = None,
) -> pa.Table:
    """Return the row that says when and where a run was computed.

    Args:
        context: The run.
        execution_id: Id of the execution.
        started: When it began, with its time zone.
        wall: How long it took. [s]
        workers: Processes that computed. [1]
        outcome: ``published``, or what a comparison found.
        flow_run_id: Flow run that asked for it.
    """
    row = {
        "execution_id": execution_id, "started_utc": started, "wall_s": wall, "host": platform.node(),
        "workers": workers, "flow_run_id": flow_run_id, "cpu": platform.processor() or platform.machine(),
        "outcome": outcome,
    }  # fmt: skip
    return from_rows("executions", [row], context)


def _runs(plan: Plan, context: RunContext) -> pa.Table:
    study = plan.study
    row = {
        "question": plan.question, "scenario_hash": context.scenario_hash, "model_version": context.model_version,
        "contract_version": context.contract_version, "seed": int(study.seed),
        "replications": int(study.replications), "warm_up_s": study.warm_up, "horizon_s": study.horizon,
        "measured_from_utc": measured_from(plan), "python": platform.python_version(),
        "changes": json.dumps({path: list(pair) for path, pair in plan.changes.items()}, sort_keys=True, default=str),
    }  # fmt: skip
    return from_rows("runs", [row], context)


def _columns() -> Iterator[dict[str, Any]]:
    for table in TABLES.values():
        for place, column in enumerate(table.columns):
            yield {
                "table": table.name, "column": column.name, "position": place, "type": str(ARROW[column.kind]),
                "unit": column.unit, "is_key": column.name in table.key, "optional": column.optional,
                "description": column.about, "grain": table.grain,
            }  # fmt: skip


def _parameters(plan: Plan) -> Iterator[dict[str, Any]]:
    for one in tree(plan).values():
        change, known = plan.changes.get(one.path), one.about
        number = float(one.value) if isinstance(one.value, int | float) else None
        before = change[0] if change else None
        yield {
            "path": one.path, "value": number, "value_text": None if number is not None else str(one.value),
            "value_unit": known.unit, "baseline_value": float(before) if isinstance(before, int | float) else None,
            "changed": change is not None, "low": known.low, "high": known.high, "source": known.source,
            "evidence": known.evidence, "about": known.about,
        }  # fmt: skip
