"""The validation as a person reads it: Table 1 predicted beside observed, leave-one-out, checks and cases."""

from collections.abc import Sequence
from typing import Any

from twin.layout import columns
from twin.validation.left_out import CANNOT, Left, left_out
from twin.validation.physics_checks import check_verdicts
from twin.validation.prediction import Prediction, predictions
from twin.validation.sub_models import SUB_MODELS

FAR = "extrapolated: "
_QUANTITIES = {"soluble": "solubility", "laser": "laser class", "peel": "peel, N/cm", "aged": "aged peel, N/cm"}


def page(marks: dict[str, Any]) -> str:
    """Return the whole report."""
    parts = [
        ("Table 1 of JP 2003-027014: predicted | observed", f"{_table()}\n{_right(marks)}"),
        (
            "What stands behind it",
            columns([one[:4] for one in SUB_MODELS], ("sub-model", "stage", "kind", "stands on")),
        ),
        ("Leave-one-out: fitted without the row, then the row predicted", _left_out()),
        ("Exact checks and cases", _checks(marks)),
    ]
    return "\n\n".join(f"{head}\n{text}" for head, text in parts)


def plain(marks: dict[str, Any]) -> dict[str, Any]:
    """Return the same as data: the marks, and what they were counted from."""
    return {
        **marks,
        "rows": [_row(one) for one in predictions()],
        "sub_models": [one._asdict() for one in SUB_MODELS],
        "leave_one_out": [_left(one) for one in left_out()],
        "physics_checks": [one._asdict() for one in check_verdicts()],
    }


def _table() -> str:
    heads = ("row", "soluble", "laser", "peel N/cm", "aged N/cm", "doubts and marks")
    rows = [
        (
            one.row.name,
            _pair("given" if one.soluble is None else _yes(one.soluble), _yes(one.row.soluble)),
            _pair(one.laser, one.row.laser),
            _pair(_cm(one.peel), _cm(one.row.peel)),
            _pair(_cm(one.aged), _cm(one.row.aged)),
            _doubts((*one.flags, *one.marks)),
        )
        for one in predictions()
    ]
    return columns(rows, heads)


def _right(marks: dict[str, Any]) -> str:
    """How many are right, by whom, and what the stage alone says where a rule speaks for it."""
    ruled = [one for one in predictions() if one.laser_by == "rule"]
    alone = ", ".join(f"{one.row.name}: the stage alone says {one.laser_alone}" for one in ruled)
    by_stage, by_rule = marks["table1_laser_correct_by_stage"], marks["table1_laser_correct_by_rule"]
    return (
        f"solubility: {marks['table1_soluble_correct']} right, all by the stage; its rule was made from these rows.\n"
        f"laser class: {marks['table1_laser_correct']} right: {by_stage} by the stage, {by_rule} by a rule of this "
        f"comparison ({alone})."
    )


def _left_out() -> str:
    heads = ("quantity", "row", "observed", "predicted", "by", "error", "mean's error", "with epoxy", "verdict")
    rows = [
        (
            _QUANTITIES[one.quantity], one.row, _cm(one.observed), _cm(one.predicted),
            "-" if one.error is None else one.by, _off(one, one.error), _off(one, one.mean_error),
            _off(one, one.near_error), one.verdict,
        )
        for one in left_out()
    ]  # fmt: skip
    note = (
        "by: refit, the twin's own form fitted to the other rows; rule, one of this comparison, which no run knows.\n"
        "mean's error: of the plain mean (or commonest class) of the other rows; with epoxy: of the mean of those that "
        "hold epoxy, a harder match."
    )
    return f"{columns(rows, heads, numeric=(2, 3, 5, 6, 7))}\n{note}\n{_skill()}"


def _skill() -> str:
    told = [one for one in left_out() if one.near_error is not None and one.error is not None]
    harder = sum(one.error < one.near_error for one in told)  # type: ignore[operator] # neither is None
    alone = sum(one.verdict == CANNOT for one in left_out())
    return (
        f"{harder} of {len(told)} peel strengths are nearer than that mean too. {alone} of {len(left_out())} values "
        f"are the only ones of their kind: {CANNOT}."
    )


def _checks(marks: dict[str, Any]) -> str:
    off = [f"  {one.id} {one.what}: {one.found}, not {one.expected}" for one in check_verdicts() if not one.passed]
    date, total = marks["exact_cases_date"], marks["exact_cases_total"]
    cases = f"{marks['exact_cases_passed']} of {total} passed on {date}"
    if not marks["exact_cases_current"]:
        before = "not played yet" if date is None else f"not played with this code of the line (last on {date})"
        cases = f"{total}, {before}: python -m twin.bench.cases --write"
    return "\n".join(
        [f"physics checks  {marks['physics_checks_passed']} of {marks['physics_checks_total']} passed", *off,
         f"exact cases     {cases}"]
    )  # fmt: skip


def _row(one: Prediction) -> dict[str, Any]:
    observed = one.row
    return {
        "row": observed.name,
        "soluble": {"predicted": one.soluble, "observed": observed.soluble},
        "laser": {
            "predicted": one.laser,
            "observed": observed.laser,
            "by": one.laser_by,
            "stage_alone": one.laser_alone,
        },
        "peel_n_per_cm": {"predicted": _number(one.peel), "observed": _number(observed.peel)},
        "aged_n_per_cm": {"predicted": _number(one.aged), "observed": _number(observed.aged)},
        "extrapolated": one.is_extrapolated,
        "flags": list(one.flags),
        "marks": list(one.marks),
    }


def _left(one: Left) -> dict[str, Any]:
    told = one._asdict()
    if one.quantity in {"peel", "aged"}:
        told |= {
            name: _number(told[name]) for name in ("observed", "predicted", "error", "mean", "mean_error", "near_error")
        }
    return told


def _number(value: float | None) -> float | None:
    return None if value is None else round(value / 100.0, 6) + 0.0


def _cm(value: float | str | None) -> str:
    return "-" if value is None else value if isinstance(value, str) else f"{value / 100.0:.1f}"


def _off(one: Left, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value / 100.0:.2f}" if one.quantity in {"peel", "aged"} else ("wrong" if value else "right")


def _yes(value: bool) -> str:  # noqa: FBT001 - a cell of the table
    return "yes" if value else "no"


def _pair(predicted: str | None, observed: str | None) -> str:
    return f"{predicted or '-'} | {observed or '-'}"


def _doubts(flags: Sequence[str]) -> str:
    """Join doubts; what is extrapolated is listed behind one word."""
    far = [one.removeprefix(FAR) for one in flags if one.startswith(FAR)]
    return "; ".join([*([FAR + ", ".join(far)] if far else []), *(one for one in flags if not one.startswith(FAR))])
