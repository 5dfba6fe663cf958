"""The flow `tend_store`: verify the store, settle what was left, let old runs go."""

from pathlib import Path
from typing import Annotated

from prefect import flow, get_run_logger, runtime
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Failed
from pydantic import Field

from flows import running
from flows.parameters import Folder
from flows.permitted import deployment, refuse_store
from flows.work import Stopped, afterwards, look, name_run, patiently
from twin.errors import TwinError, printable
from twin.reports import tended
from twin.request import default_store
from twin.tending import Tended, tend

KEY = "tend-store"


@flow(name="tend_store", flow_run_name="tend store", timeout_seconds=6 * 3600.0, persist_result=False)
def tend_store(
    store: Folder = None,
    older_than_days: Annotated[float | None, Field(ge=1.0, le=36500.0)] = None,
    keep_newest: Annotated[int | None, Field(ge=1, le=1_000_000)] = None,
    quarantine: bool = False,  # noqa: FBT001, FBT002 - a box to tick in the form of the flow
) -> State:
    """Look after the store: every file is verified, half-done changes are settled, old runs go, lineage is complete.

    Args:
        store: Folder of the store; empty for datasets/store of the project.
        older_than_days: Runs of this age go, in days, 1 to 36500; empty to keep them however old.
        keep_newest: So many runs stay, 1 to 1000000, the newest; empty for all.
        quarantine: Move what is bad out of the tables; without it the run only says what is bad.

    Returns:
        A state whose message says how the store is; failed when a file is bad or unread, or a step failed.
    """
    folder = Path(store) if store else default_store()
    patiently(lambda: name_run("tend store", KEY))
    try:
        if (own := deployment()) is not None:
            refuse_store(store, own)
        with running.present(str(runtime.flow_run.id)):
            done = tend(
                folder, older=older_than_days, most=keep_newest, quarantine=quarantine, note=lambda _run: look()
            )
            told = afterwards(lambda: _leave(done), "what was done stays done")
    except TwinError as error:
        return Failed(message=str(error))
    except Stopped:
        return Cancelled(message="cancelled; what was done stays done.")
    where = "The page lists them" if done.moved or done.unread or done.failed else "twin verify says which"
    wrong = done.bad or done.unread or done.failed
    return Failed(message=f"{told}. {where}.") if wrong else Completed(message=told)


def _leave(done: Tended) -> str:
    """Leave what was done beside the flow run, and return its headline."""
    told = tended.headline(done)
    for line in (*(f"{key}: {what}" for key, what in (*done.bad, *done.unread)), *done.failed):
        get_run_logger().error("%s", printable(line, 500))
    create_table_artifact(tended.rows(done), key=f"{KEY}-done", description=told)
    create_markdown_artifact(tended.page(done), key=f"{KEY}-result", description=told)
    return told
