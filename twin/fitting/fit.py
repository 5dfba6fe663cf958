"""From a data file to what a parameter set holds."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from twin.errors import UsageError, joined
from twin.fitting.kinds import KINDS, law_version
from twin.fitting.law import Law, Prediction
from twin.fitting.solve import Array, Solution, Unknown, solve
from twin.fitting.table import Line, Table, check_agreement, read_table
from twin.parameter import parameters
from twin.plan import Plan
from twin.settings import Setting, tree


class Fitted(NamedTuple):
    """A fit that is done.

    Attributes:
        law: What was fitted.
        table: The data.
        product: Product whose settings it found.
        settings: The settings as they were, by name.
        solution: What was found.
        content: What the parameter set holds, as plain data.
    """

    law: Law
    table: Table
    product: str
    settings: dict[str, Setting]
    solution: Solution
    content: dict[str, Any]


def fit(kind: str, data: Path, plan: Plan, model_version: str, product: str = "") -> Fitted:
    """Fit the settings of one stage to measurements.

    Args:
        kind: Kind of fit.
        data: The CSV file.
        plan: Scenario whose other settings hold.
        model_version: Version of the model, for the parameter set.
        product: Product whose settings are fitted; empty for the usual one.

    Raises:
        UsageError: The data cannot be read, tell no setting at all, or the stage did not converge for a row.
    """
    law = KINDS[kind]
    product = product or law.product
    stage = _stage(plan, law, product)
    table = read_table(data, law)
    prepared = law.prepare(plan.products[product].procedure)
    check_agreement(table, law, prepared)
    settings = {name: tree(plan)[f"{product}.{law.stage}.{name}"] for name in law.settings}
    solution = solved(law, plan, product, table.lines)
    if len(solution.held) == len(law.settings):
        why = "; ".join(f"{name}: {why}" for name, why in solution.held.items())
        raise UsageError(f"{table.name}: the data tell none of the settings of {law.kind} ({why}). Add measurements.")
    doubts = _doubted(law, prepared, table, solution.values)
    content = {**_content(law, table, settings, solution, model_version, type(stage)), "extrapolated": doubts}
    return Fitted(law, table, product, settings, solution, content)


def _stage(plan: Plan, law: Law, product: str) -> object:
    having = [name for name, made in plan.products.items() if law.stage in made.procedure]
    if product not in having:
        raise UsageError(
            f"--product {product}: twin fit {law.kind} needs a product with {law.stage}: {joined(having)}."
        )
    return plan.products[product].procedure[law.stage]


def solved(law: Law, plan: Plan, product: str, lines: Sequence[Line]) -> Solution:
    """Find the settings of a law from rows of data.

    Raises:
        UsageError: The model cannot predict a row.
    """
    prepared = law.prepare(plan.products[product].procedure)
    stage = prepared[0] if isinstance(prepared, tuple) else prepared
    known = parameters(stage)
    unknowns = [
        Unknown(name, getattr(stage, name), known[name].low, known[name].high, name in law.linear)
        for name in law.settings
    ]
    measured = law.measured()
    asked = [
        (at, number, column.name)
        for at, line in enumerate(lines)
        for number, column in enumerate(measured)
        if column.name in line.values
    ]
    used = sorted({number for _, number, _ in asked})
    observed = np.array([lines[at].values[name] for at, _, name in asked])
    column = np.array([used.index(number) for _, number, _ in asked])

    def model(values: Sequence[float]) -> Array:
        whole = _with(prepared, dict(zip(law.settings, values, strict=True)))
        told = [_predicted(law, whole, line).values for line in lines]
        return np.array([told[at][name] for at, _, name in asked])

    return solve(unknowns, model, observed, column)


def _with(prepared: Any, values: Mapping[str, float]) -> Any:  # noqa: ANN401 - a stage, alone or with the one before it
    """The prepared stage at other values of its settings."""
    if isinstance(prepared, tuple):
        return replace(prepared[0], **values), *prepared[1:]
    return replace(prepared, **values)


def _doubted(law: Law, prepared: object, table: Table, values: Mapping[str, float]) -> dict[str, list[int]]:
    """Lines of the rows that lie outside a tested domain at the fitted values, by the stage's words for it.

    Raises:
        UsageError: The stage did not converge for a row: its numbers mean nothing.
    """
    whole, problems = _with(prepared, values), []
    doubts: dict[str, list[int]] = {}
    for line in table.lines:
        for flag in _predicted(law, whole, line).flags:
            if flag.startswith("not converged"):
                problems.append(f"{table.name}:{line.number}: {flag}. Check its cells, or take the row out.")
            elif flag.startswith("extrapolated"):
                doubts.setdefault(flag, []).append(line.number)
    if problems:
        raise UsageError(*problems)
    return dict(sorted(doubts.items()))


def _predicted(law: Law, stage: object, line: Line) -> Prediction:
    try:
        return law.predict(stage, line.values)
    except UsageError as error:
        raise UsageError(f"line {line.number}: {error}") from None


def _content(
    law: Law, table: Table, settings: dict[str, Setting], solution: Solution, model_version: str, stage: type
) -> dict[str, Any]:
    """Everything that the file holds, values in SI units."""
    return {
        "kind": law.kind,
        "stage": f"{stage.__module__}.{stage.__qualname__}",
        "law_version": law_version(law.kind),
        "model_version": model_version,
        "data": {"file": table.name, "sha256": table.sha256, "rows": len(table.lines), "date": table.day or None},
        "parameters": [_parameter(name, settings[name], solution) for name in law.settings],
        "correlations": [
            {"first": one, "second": other, "value": round(value, 6) + 0.0}
            for (one, other), value in solution.correlations.items()
        ],
        "residuals": _residuals(law, table, solution),
    }


def _parameter(name: str, setting: Setting, solution: Solution) -> dict[str, Any]:
    told = {"path": setting.path, "value": solution.values[name], "unit": setting.about.unit}
    if name in solution.held:
        return {**told, "status": "held", "reason": solution.held[name]}
    if solution.silent:
        return {**told, "status": "fitted", "no_error": solution.silent, "before": setting.value}
    low, high = solution.intervals[name]
    ends = {"standard_error": solution.errors[name], "low_90": low, "high_90": high}
    return {**told, "status": "fitted", **ends, "before": setting.value}


def _residuals(law: Law, table: Table, solution: Solution) -> dict[str, Any]:
    """What is left between measured and fitted, by column and by row."""
    measured = [one for one in law.measured() if any(one.name in line.values for line in table.lines)]
    rows: list[dict[str, Any]] = []
    left: list[tuple[str, float, float]] = []
    for line in table.lines:
        for column in measured:
            if column.name in line.values:
                observed, fitted = line.values[column.name], float(solution.predicted[len(left)])
                pair = {"observed": observed, "fitted": fitted}
                rows.append({"line": line.number, "column": column.name, "unit": column.si, **pair})
                left.append((column.name, observed, fitted))
    by_column = {}
    for number, column in enumerate(measured):
        off = [fitted - observed for name, observed, fitted in left if name == column.name]
        by_column[column.name] = {
            "unit": column.si, "measurements": len(off), "standard_deviation": float(solution.scatter[number]),
            "mean": float(np.mean(off)), "largest": float(np.abs(off).max()),
        }  # fmt: skip
    return {"degrees_of_freedom": solution.freedom, "columns": by_column, "rows": rows}
