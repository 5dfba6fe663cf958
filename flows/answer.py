"""What a flow run leaves for whoever looks at it: headline, table, page, and an event where a number left its band."""

from collections.abc import Sequence

from prefect import runtime
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.events import emit_event

from flows import previous
from flows.work import flow_run
from twin import reports, study
from twin.reports import pictures
from twin.study import Result
from twin.study.bands import Left, band, left
from twin.study.since import since

LEFT = "filmtwin.kpi.left-band"


def leave(
    result: Result, key: str, bands: Sequence[str] = (), asked: Sequence[str] = (), base: Result | None = None
) -> str:
    """Leave the answer of a study beside the flow run.

    Args:
        result: The study.
        key: Key of the artifacts.
        bands: Where numbers are expected, as written.
        asked: What was changed for it, each like ``path=value``.
        base: The scenario without these changes; None where it was not simulated.

    Returns:
        The headline.
    """
    earlier = previous.before()
    store = study.open_store(result.store)
    change = previous.changed(store, result.run_id, earlier)
    gone = left(result, [band(one) for one in bands])
    headline = reports.headline(result, asked)
    page = reports.page(
        result, change, left=gone, earlier=previous.page_of(earlier), made=previous.maker(store, result), asked=asked,
        against=since(store, base.run_id, result.run_id) if base is not None else None,
        pictures=pictures.markdown(pictures.study_pictures(result, store).items()),
    )  # fmt: skip
    create_table_artifact(reports.indicator_rows(result), key=f"{key}-indicators", description=headline)
    create_markdown_artifact(page, key=f"{key}-result", description=headline)
    for one in gone:
        tell(result, one)
    return headline


def tell(result: Result, one: Left) -> None:
    """Emit the event that a number has left its band; an automation makes a notification of it."""
    emit_event(
        LEFT,
        resource={
            "prefect.resource.id": f"filmtwin.kpi.{result.plan.name}.{one.band.key.indicator}",
            "prefect.resource.name": one.band.text,
        },
        related=[{"prefect.resource.id": f"prefect.flow-run.{flow_run()}", "prefect.resource.role": "flow-run"}],
        payload={
            "text": reports.outside(one), "scenario": result.plan.name, "run_id": result.run_id, "mean": one.mean,
            "lower": one.lower, "upper": one.upper, "deployment": str(runtime.deployment.name or ""),
        },
    )  # fmt: skip
