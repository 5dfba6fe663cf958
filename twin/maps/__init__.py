"""Maps: what one or two settings of a recipe bring, over a range, by the stages themselves and without scatter."""

from twin.maps.asked import Asked, ranged
from twin.maps.catalogue import MAPS, named
from twin.maps.chart import Axis, Chart, Sheet, Window, chart
from twin.maps.sketch import Along, Field, Sketch

__all__ = [
    "MAPS", "Along", "Asked", "Axis", "Chart", "Field", "Sheet", "Sketch", "Window", "chart", "named", "ranged",
]  # fmt: skip
