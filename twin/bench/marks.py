"""All measured marks in one place: what `twin bench` prints."""

from collections.abc import Callable

from twin.bench.demo import demo_s
from twin.bench.line_speed import EXACT_SOJOURN, EXACT_SOJOURN_WITH_FAILURES, line_speed, mean_sojourn
from twin.bench.year import ROUNDS, peak_mb, year

FEW, MANY = 4, 10  # replications of a year of which memory is measured
LIMITS: dict[str, tuple[str, float]] = {
    "line_vs_simpy_store": (">=", 1.5),
    "line_with_records_vs_simpy_store": (">=", 1.2),
    "sojourn_error": ("<=", 0.015),
    "sojourn_with_failures_error": ("<=", 0.015),
    "year_cpu_s": ("<=", 15.0),
    "physics_ms_per_roll": ("<=", 3.0),
    "peak_mb": ("<=", 600.0),
    "peak_mb_growth": ("<=", 1.15),  # flat in the number of replications, but for what one run differs from the next
    "demo_s": ("<=", 90.0),
    "commit_vs_naive": ("<=", 1.8),
    "commit_nosync_vs_naive": ("<=", 1.15),
    "size_vs_snappy_float64": ("<=", 0.45),
    "overhead_cpu_1000_replications": ("<=", 0.05),
    "parallel_efficiency_2_workers": (">=", 0.9),
}


def marks(*, quick: bool = False, tell: Callable[[str], None] = lambda _: None) -> dict[str, float]:
    """Measure the marks.

    Args:
        quick: Shorter runs, a year once, and no measure of memory or of the demo.
        tell: Called with what is being measured.
    """
    parts, runs = (10_000, 2) if quick else (40_000, 20)
    found: dict[str, float] = {}
    if not quick:  # first: what a process takes is counted from what its parent took when it began
        tell(f"memory, {FEW} and {MANY} replications of a year")
        few, many = peak_mb(FEW), peak_mb(MANY)
        found |= {"peak_mb_4": few, "peak_mb": many, "peak_mb_growth": many / few}
        tell("the demo")
        found["demo_s"] = demo_s()
    tell("the line against plain SimPy")
    found |= line_speed(parts, rounds=5)._asdict()
    tell("its mean sojourn")
    for failures, exact, name in (
        (False, EXACT_SOJOURN, "sojourn"), (True, EXACT_SOJOURN_WITH_FAILURES, "sojourn_with_failures"),
    ):  # fmt: skip
        mean = mean_sojourn(parts, runs, failures=failures)
        found |= {f"mean_{name}": mean, f"{name}_error": abs(mean / exact - 1.0)}
    tell("a year of the plant")
    return found | year(rounds=1 if quick else ROUNDS)._asdict()


def verdict(name: str, value: float) -> str:
    """Return whether a mark is met, with its limit; empty for a figure that has none.

    >>> verdict("year_cpu_s", 9.0), verdict("visits_per_cpu_s", 1.0)
    ('ok, <= 15', '')
    """
    if name not in LIMITS:
        return ""
    sign, limit = LIMITS[name]
    met = value >= limit if sign == ">=" else value <= limit
    return f"{'ok' if met else 'MISSED'}, {sign} {limit:g}"
