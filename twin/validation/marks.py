"""The marks of the validation: how many rows, checks and cases are met, and by how much the rest is off."""

from typing import Any

from twin.validation.exact_cases import ExactCases, exact_cases
from twin.validation.left_out import largest
from twin.validation.physics_checks import check_verdicts
from twin.validation.prediction import NEAR, By, Prediction, predictions

N_CM = 100.0  # N/m, a newton a centimetre
ROWS_SOLUBLE, ROWS_LASER = 9, 8  # of Table 1: polyimides, and films that were drilled


def marks() -> dict[str, Any]:
    """Return the marks by name; errors in N/cm."""
    peel, mean_peel = largest("peel")
    aged, mean_aged = largest("aged")
    checks, cases = check_verdicts(), played()
    return {
        "table1_soluble_correct": sum(one.soluble == one.row.soluble for one in _polyimides()),
        "table1_laser_correct": right_by("stage") + right_by("rule"),
        "table1_laser_correct_by_stage": right_by("stage"),
        "table1_laser_correct_by_rule": right_by("rule"),
        "table1_peel_max_error": _cm(max(abs(error) for error, _ in errors())),
        "table1_aged_max_error": _cm(max(abs(error) for _, error in errors())),
        "loo_peel_max_error": _cm(peel),
        "loo_aged_max_error": _cm(aged),
        "mean_of_others_peel_max_error": _cm(mean_peel),
        "mean_of_others_aged_max_error": _cm(mean_aged),
        "physics_checks_passed": sum(one.passed for one in checks),
        "physics_checks_total": len(checks),
        "exact_cases_passed": cases.passed if cases.is_current else None,
        "exact_cases_total": cases.total,
        "exact_cases_date": cases.date,
        "exact_cases_current": cases.is_current,
    }


def right_by(by: By) -> int:
    """Count the right laser classes that the stage gives, or a rule of the comparison. [1]

    Args:
        by: Which of them. [1]
    """
    return sum(one.laser == one.row.laser for one in predictions() if one.row.laser and one.laser_by == by)


def played() -> ExactCases:
    """Return what the last long run of the exact lines found."""
    from twin.bench.cases import CASES  # noqa: PLC0415 - brings the line and its bench, for their names alone

    return exact_cases(CASES)


def errors() -> list[tuple[float, float]]:
    """Return the errors of peel and aged peel over the measured polyimide rows. [N/m], [N/m]"""
    return [
        (one.peel - one.row.peel, one.aged - one.row.aged)
        for one in _polyimides()
        if one.peel is not None and one.aged is not None and one.row.peel is not None and one.row.aged is not None
    ]


def _polyimides() -> list[Prediction]:
    return [one for one in predictions() if one.row.is_polyimide]


def _cm(value: float) -> float:
    return round(value / N_CM, 6) + 0.0


def missed(found: dict[str, Any]) -> list[str]:
    """List which marks are not met, in words; exact cases that were not played with today's code are none of them.

    Args:
        found: The marks by name. [1]
    """
    least = {"table1_soluble_correct": ROWS_SOLUBLE, "table1_laser_correct": ROWS_LASER}
    told = [f"{name} is {found[name]}, not {wanted}" for name, wanted in least.items() if found[name] < wanted]
    most = ("table1_peel_max_error", "table1_aged_max_error")
    told += [f"{name} is {found[name]:.2f} N/cm, above {NEAR / N_CM:g}" for name in most if found[name] > NEAR / N_CM]
    for kind in ("physics_checks", "exact_cases"):
        passed, total = found[f"{kind}_passed"], found[f"{kind}_total"]
        told += [f"{kind}: {passed} of {total} passed"] if passed is not None and passed < total else []
    return told
