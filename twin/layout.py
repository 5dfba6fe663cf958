"""Text in columns for a terminal, and numbers as short as a person wants them."""

from collections.abc import Sequence
from math import floor, isfinite, log10


def columns(rows: Sequence[Sequence[str]], heads: Sequence[str] = (), numeric: Sequence[int] = ()) -> str:
    """Return rows as aligned text.

    Args:
        rows: Texts; all rows of the same length.
        heads: Headings; none for no line of them.
        numeric: Columns that stand flush right.

    >>> print(columns([("oven", "7.5"), ("laser", "12.0")], ("station", "h"), numeric=(1,)))
    station     h
    oven      7.5
    laser    12.0
    """
    lines = [tuple(heads), *rows] if heads else list(rows)
    if not lines:
        return ""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            text.rjust(width) if i in numeric else text.ljust(width)
            for i, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def short(value: float, digits: int = 3) -> str:
    """Return a number with that many significant digits, never in powers of ten between 0.001 and 10 million.

    >>> short(1234.5678), short(0.01234), short(12.0), short(0.0), short(float("nan"))
    ('1235', '0.0123', '12.0', '0', '-')
    """
    if not isfinite(value):
        return "-"
    if value == 0.0:
        return "0"
    places = digits - 1 - floor(log10(abs(value)))
    if abs(value) < 1e-3 or abs(value) >= 1e7:
        return f"{value:.{digits - 1}e}"
    return f"{value:.{max(0, places)}f}"


def beside(value: float, error: float, digits: int = 2) -> tuple[str, str]:
    """Return a number and its half-width, both to the place where the half-width has that many digits.

    >>> beside(123.456, 1.234), beside(1234.5, float("nan")), beside(5.0, 0.0)
    (('123.5', '1.2'), ('1234', '-'), ('5.00', '0'))
    """
    if not isfinite(error) or error <= 0.0 or not isfinite(value):
        return short(value), short(error)
    places = min(6, max(0, digits - 1 - floor(log10(error))))
    return f"{value:.{places}f}", f"{error:.{places}f}"


def behind(half: str) -> str:
    """Return a half-width as it stands behind its number in a sentence: nothing where there is none.

    >>> behind("1.2"), behind("-")
    (' ±1.2', '')
    """
    return f" ±{half}" if half not in {"", "-"} else ""
