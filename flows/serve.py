"""`python -m flows.serve BIND`: the Prefect server of this project in a process of its own, behind the guard.

BIND is JSON; the password comes in the environment, since everybody can read a process's arguments.
"""

import json
import os
import sys
import threading
import time

from flows.guard import guarded
from flows.safety import Bind
from flows.sqlite import queue_writers


def watch(owner: int) -> None:
    """End this process when its owner has ended in whatever way."""
    while os.getppid() == owner:
        time.sleep(1.0)
    os._exit(0)


def main(told: dict[str, object]) -> None:
    """Be the server until told to stop."""
    threading.Thread(target=watch, args=(int(str(told["owner"])),), daemon=True).start()
    import uvicorn  # noqa: PLC0415 - after the watch over the owner has begun
    from prefect.server.api.server import create_app  # noqa: PLC0415 - as above

    queue_writers()
    bind = Bind(
        str(told["host"]), int(str(told["port"])), os.environ.get("PREFECT_SERVER_API_AUTH_STRING", ""),
        expose=bool(told["expose"]), public=str(told["public"]),
    )  # fmt: skip
    uvicorn.run(
        guarded(create_app(final=True), bind), host=bind.host, port=bind.port, log_level="warning", lifespan="on",
        timeout_graceful_shutdown=3, server_header=False,
    )  # fmt: skip


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
