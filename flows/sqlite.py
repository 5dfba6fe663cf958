"""SQLite under several writers: whoever will write takes the lock first, and waits for it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


def queue_writers() -> None:
    """Let every transaction of Prefect's server that may write begin with the lock.

    Prefect begins most of them without it. One that has read, and then finds that somebody else has written, cannot
    wait: SQLite ends it with "database is locked". With some runs in the queue that lost events of automations and kept
    the server busy with repeating itself. PostgreSQL is not concerned.
    """
    from prefect.server.database import configurations  # noqa: PLC0415 - Prefect after its settings

    mode = configurations.SQLITE_BEGIN_MODE

    def begin(self: configurations.AioSqliteConfiguration, conn: "Connection") -> None:
        del self
        if mode.get() is not None:  # None: a reader, which needs no transaction
            conn.exec_driver_sql("BEGIN IMMEDIATE")

    configurations.AioSqliteConfiguration.begin_sqlite_stmt = begin  # type: ignore[method-assign] # no setting says so
