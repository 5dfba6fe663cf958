"""`python -m flows.serve BIND`: the Prefect server of this project in a process of its own, behind the guard.

BIND is JSON; the password comes in the environment, since everybody can read a process's arguments.
"""

import asyncio
import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

import httpx

from flows.child import end_with
from flows.guard import guarded
from flows.safety import Bind
from flows.sqlite import queue_writers
from flows.strict import Strict
from flows.whole import Whole

NOTIFIES = "prefect.server.utilities.messaging.memory"  # the logger that tells of actions which have failed


def main(told: dict[str, object]) -> None:
    """Be the server until told to stop."""
    end_with(int(str(told["owner"])))
    import uvicorn  # noqa: PLC0415 - after the watch over the owner has begun
    from prefect.server.api.server import create_app  # noqa: PLC0415 - as above

    queue_writers()
    logging.getLogger(NOTIFIES).addFilter(without_address)
    asyncio.run(forget_silence())
    # Prefect looks for its owner by number alone, which may be another process's after a power cut.
    (Path(os.environ["PREFECT_HOME"]) / "concurrency_leases" / "expirations.lock").unlink(missing_ok=True)
    bind = Bind(
        str(told["host"]), int(str(told["port"])), os.environ.get("PREFECT_SERVER_API_AUTH_STRING", ""),
        expose=bool(told["expose"]), public=str(told["public"]),
    )  # fmt: skip
    app = guarded(Strict(Whole(create_app(final=True))), bind)
    uvicorn.run(
        app, host=bind.host, port=bind.port, log_level="warning", lifespan="on",
        timeout_graceful_shutdown=3, server_header=False,
    )  # fmt: skip


def without_address(record: logging.LogRecord) -> bool:
    """Let no line of the log carry the address of a notification that was not taken: it is often a credential.

    Args:
        record: What is said.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, httpx.HTTPError | httpx.InvalidURL):
        why = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else type(error).__name__
        record.msg, record.args, record.exc_info = f"a notification was not taken ({why})", (), None
    return True


async def forget_silence() -> None:
    """Forget when each flow run was last heard of: while no server was there, nobody could be heard.

    Otherwise the server would call all runs crashed that live, within seconds of its start and before they can say so.
    A run that is heard again is watched again; one that is not, is for `reconcile`.
    """
    import sqlalchemy as sa  # noqa: PLC0415 - after the watch over the owner has begun
    from prefect.server.database import provide_database_interface  # noqa: PLC0415 - as above

    from flows.automations import HEARTBEATS  # noqa: PLC0415 - as above

    base = provide_database_interface()
    ours = sa.select(base.Automation.id).where(base.Automation.name == HEARTBEATS)
    with suppress(sa.exc.DBAPIError):  # a database that is new has no such table
        async with base.session_context(begin_transaction=True) as session:
            await session.execute(sa.delete(base.AutomationBucket).where(base.AutomationBucket.automation_id.in_(ours)))
    await (await base.engine()).dispose()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
