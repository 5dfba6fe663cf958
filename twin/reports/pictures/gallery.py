"""The page of maps: `python -m twin.reports.pictures.gallery` writes docs/reference/maps.md and its pictures anew."""

from collections.abc import Iterator
from pathlib import Path

from twin.maps import MAPS, Asked, Chart, chart
from twin.plan import Plan
from twin.reports.mapped import mapped
from twin.reports.pictures.chart import picture
from twin.reports.pictures.style import save
from twin.scenario import baseline

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "reference"
HEAD = """\
# Maps

Where the window is: what one or two settings of the recipe bring, with everything else as in the baseline. The stages
themselves compute each point, without scatter. Green is inside every limit that the map shows, a red line is the limit
of a measure, a blue one the end of a claim on a set-point, the star is the recipe. Hatched is where a stage left what
it was tested for. Of a running plant each lot scatters
around its star; what that costs is on the screen of `twin run`.

`python -m twin.reports.pictures.gallery` writes this page and its pictures anew; `twin map --list` lists the maps, and
`twin map predry --across "70:120 degC" --up "1:4 m/min" --out mine.png` draws one over another range. `--scenario` and
`--set` show another recipe, `--json` gives all numbers.
"""


def charts(plan: Plan) -> Iterator[Chart]:
    """Yield every map for every product that it is made for."""
    for sketch in MAPS.values():
        for product in sketch.products:
            yield chart(sketch, plan, Asked(product))


def page(found: list[Chart]) -> str:
    """Return the page, whose pictures stand in the folder ``maps`` beside it."""
    parts = [HEAD]
    for one in found:
        options = f" --product {one.product}" if one.product != one.sketch.products[0] else ""
        told = mapped(one).split("\n", 1)[1]
        parts.append(
            f"## {one.sketch.title}, {one.product.replace('_', ' ')}\n\n`twin map {one.sketch.name}{options}`\n\n"
            f"![{one.sketch.title}](maps/{name(one)})\n\n```text\n{told}\n```\n"
        )
    return "\n".join(parts)


def name(one: Chart) -> str:
    """Return the name of a map's picture."""
    return f"{one.sketch.name}-{one.product.replace('_', '-')}.png"


def write(folder: Path = FOLDER) -> list[Path]:
    """Write the page and its pictures; return what was written."""
    found = list(charts(baseline()))
    pictures = folder / "maps"
    pictures.mkdir(parents=True, exist_ok=True)
    for one in found:
        save(picture(one), pictures / name(one))
    (folder / "maps.md").write_text(page(found), encoding="utf-8")
    return [folder / "maps.md", *(pictures / name(one) for one in found)]


if __name__ == "__main__":
    write()
