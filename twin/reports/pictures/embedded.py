"""Pictures inside a page in Markdown, as data: the page then needs no other file and no other address."""

from base64 import b64encode
from collections.abc import Iterable

from matplotlib.figure import Figure

from twin.reports.pictures.quality import quality_picture
from twin.reports.pictures.study import losses_picture, states_picture, wip_picture
from twin.reports.pictures.style import png
from twin.store import Store
from twin.study import Result, drawn

LARGEST = 60_000  # bytes of one picture: the page of a run stays quick to open


def study_pictures(result: Result, store: Store) -> dict[str, Figure]:
    """Return the pictures of a study by what they show.

    Args:
        result: The study.
        store: Where its tables are.
    """
    found = {
        "station states": states_picture(drawn.states(result), drawn.order(store, result.run_id)),
        "work in process": wip_picture(drawn.wip(result, store), result.plan.study.warm_up),
        "yield lost by limit": losses_picture(drawn.losses(result)),
        "quality against limits": quality_picture(drawn.quality(result, store)),
    }
    return {name: figure for name, figure in found.items() if figure is not None}


def markdown(pictures: Iterable[tuple[str, Figure]]) -> str:
    """Return pictures as Markdown with their data inside; one that is too large is named instead."""
    return "\n\n".join(_embedded(name, figure) for name, figure in pictures)


def _embedded(name: str, figure: Figure) -> str:
    data = png(figure)
    if len(data) > LARGEST:
        return f"(The picture of {name} is too large for this page.)"
    return f"![{name}](data:image/png;base64,{b64encode(data).decode('ascii')})"
