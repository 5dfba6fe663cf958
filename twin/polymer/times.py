"""How long an operation takes: a triangular draw around its usual time, and what is left of an interrupted one.

Times and their triangles are estimates (A-13).
"""

from twin.draws import Draws
from twin.stage import Visit


def drawn_time(
    draws: Draws, purpose: str, usual: float, spread: float, *, low: float = 0.75, high: float = 1.5
) -> float:
    """Time that an operation takes this time. [s]

    Args:
        draws: Random numbers of this lot.
        purpose: Name of the draw.
        usual: Most likely time. [s]
        spread: Width of the scatter, 1 as estimated, 0 for none. [1]
        low: Shortest time relative to the usual one. [1]
        high: Longest time relative to the usual one. [1]

    >>> drawn_time(Draws(1), "charge", 7200.0, 0.0)
    7200.0
    >>> 5400.0 <= drawn_time(Draws(1), "charge", 7200.0, 1.0) <= 10800.0
    True
    """
    shortest = usual * max(0.0, 1.0 - spread * (1.0 - low))
    return draws.triangular(purpose, shortest, usual, usual * (1.0 + spread * (high - 1.0)))


def remaining(duration: float, visit: Visit) -> float:
    """Time that is still to do: by definition the whole, less what an interrupted operation had done. [s]

    Args:
        duration: Time of the whole operation. [s]
        visit: What the station tells; its ``elapsed`` is None when nothing was interrupted.

    >>> remaining(3600.0, Visit(elapsed=600.0)), remaining(3600.0, Visit())
    (3000.0, 3600.0)
    """
    return max(0.0, duration - (visit.elapsed or 0.0))
