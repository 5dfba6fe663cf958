"""Memory and database of a running `twin up` from minute to minute, and how fast they grow."""

import time
from dataclasses import dataclass, field

import numpy as np

from flows.bench import processes
from flows.bench.stand import Stand

HOUR = 3600.0  # s
WARM = 1.0 / 6.0  # share of the time that a fresh process takes to fill its caches


@dataclass
class Watch:
    """Looks at a stand.

    Attributes:
        stand: What is looked at.
        seen: Per look: time [s], server [MB], worker [MB], twin up [MB], database [MB], open files of the server [1].
    """

    stand: Stand
    seen: list[tuple[float, ...]] = field(default_factory=list)

    def look(self) -> tuple[float, ...]:
        """Look once, and remember it."""
        up = self.stand.pid
        server, worker = (next(iter(processes.below(up, name)), 0) for name in ("flows.serve", "flows.worker"))
        self.seen.append((
            time.monotonic(), processes.memory(server), processes.memory(worker), processes.memory(up),
            self.stand.database(), float(processes.open_files(server)),
        ))  # fmt: skip
        return self.seen[-1]

    def told(self) -> str:
        """Return what grew, how fast, one line each; the first sixth of the time is left out of the slopes."""
        data = np.array(self.seen)
        hours = (data[:, 0] - data[0, 0]) / HOUR
        late = hours >= WARM * hours[-1]
        lines = []
        for column, name in ((1, "server"), (2, "worker"), (3, "twin up")):
            series = data[:, column]
            lines.append(f"{name:10} {series[0]:6.0f} -> {series[-1]:6.0f} MB, {slope(hours[late], series[late])}")
        lines.append(f"{'files open':10} {data[0, 5]:6.0f} -> {data[-1, 5]:6.0f}")
        return "\n".join(lines)


def slope(hours: np.ndarray, series: np.ndarray) -> str:
    """Return the slope of a line through a series, with twice its standard error, as text.

    >>> slope(np.arange(6.0), 2.0 * np.arange(6.0))
    'slope +2.00 +- 0.00 MB/h'
    """
    if len(hours) < 4:
        return "too short for a slope"
    (found, _), covariance = np.polyfit(hours, series, 1, cov=True)
    return f"slope {found:+.2f} +- {2.0 * float(np.sqrt(max(covariance[0, 0], 0.0))):.2f} MB/h"
