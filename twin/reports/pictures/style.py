"""How every picture looks: colours that the colour-blind can tell apart, fonts, units as an engineer writes them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

# Okabe and Ito (2008), https://jfly.uni-koeln.de/color/: told apart with any colour vision
BLACK, ORANGE, SKY, GREEN = "#1a1a1a", "#E69F00", "#56B4E9", "#009E73"
BLUE, RED, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#6b6b6b"
INSIDE = "#cdeadf"  # the green, pale: the window
NEAR = "#fbe6b8"  # the orange, pale
OUTSIDE = "#e6e6e6"
HATCH = "#b4b4b4"  # lines over what was not tested, too faint to be read as a limit
PAPER = "#ffffff"
TRACE = 0.01  # wt%, below which no method of the laboratory tells a solvent
COLOURS = 96  # of a stored picture, which keeps it small

FORMATS = (".png", ".svg", ".pdf")
RULES: Mapping[str, Any] = {
    "font.family": "DejaVu Sans", "font.size": 11, "axes.titlesize": 13, "axes.labelsize": 11.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.labelcolor": BLACK,
    "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": BLACK, "ytick.labelcolor": BLACK,
    "text.color": BLACK, "lines.linewidth": 2.0, "figure.facecolor": PAPER, "axes.facecolor": PAPER,
    "figure.dpi": 110, "mathtext.default": "regular",
}  # fmt: skip

_UNITS = {
    "degC": "°C", "um": "µm", "m^2": "m²", "wt%": "wt%", "1/s": "/s", "kg/kg": "kg/kg", "Pa": "Pa", "1": "", "": "",
    "W/m^2/K": "W/m²K",
}  # fmt: skip


@contextmanager
def styled() -> Iterator[None]:
    """Draw in this style and leave that of others alone."""
    rules: Any = dict(RULES)
    with mpl.rc_context(rules):
        yield


def unit(name: str) -> str:
    """Return a unit as it is printed.

    >>> unit("degC"), unit("m/min")
    ('°C', 'm/min')
    """
    return _UNITS.get(name, name)


def number(value: float, name: str, digits: int = 3) -> str:
    """Return a value with its unit, as short as it can be.

    >>> number(21.835, "wt%"), number(80.0, "degC"), number(1e-11, "m^2")
    ('21.8 wt%', '80 °C', '1e-11 m²')
    """
    if name == "wt%" and 0.0 < value < TRACE:
        return f"below {TRACE} wt%"
    return f"{value:.{digits}g} {unit(name)}".replace("e-0", "e-").strip()


def side(label: str, name: str) -> str:
    """Return what stands at a side: what it is, and its unit."""
    return f"{label}  [{unit(name)}]" if unit(name) else label


def save(figure: Figure, path: Path) -> None:
    """Write a picture in the format that its name says; equal pictures are equal files.

    Raises:
        OSError: The file cannot be written.
    """
    ending = path.suffix.lower()
    if ending != ".png":
        stamp = {"Date": None} if ending == ".svg" else {"CreationDate": None}
        with mpl.rc_context({"svg.hashsalt": "filmtwin"}):  # the names in an SVG are salted when it is written
            figure.savefig(path, metadata=stamp)
        return
    path.write_bytes(png(figure))


def png(figure: Figure) -> bytes:
    """Return a picture as PNG in few colours; equal pictures are equal bytes."""
    FigureCanvasAgg(figure)
    drawn, small = BytesIO(), BytesIO()
    figure.savefig(drawn, format="png", metadata={"Software": None})
    with Image.open(drawn) as whole:
        few = whole.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(small, format="PNG", optimize=True)
    return small.getvalue()
