"""The project's own Prefect server, for as long as one flow runs from a terminal.

Prefect can start such a server itself, but in the terminal's process group: Ctrl-C would end it first, and the flow
would wait for ever to report to it. This one has a session of its own, writes to a file, and ends with its owner.
`python -m flows.embedded PORT OWNER` is the server; OWNER is the process number of whoever started it.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flows import server
from flows.child import end_with
from flows.safety import begun
from flows.sqlite import queue_writers
from flows.why import because

LOOK = 0.1  # s between two looks
LOG = "embedded.log"  # begun anew each time; that of `twin up` goes on beside it
GRACE = 1.5  # s that the server has to end in order


class NoServerError(RuntimeError):
    """The embedded server did not start."""


@contextmanager
def running(home: Path | None = None) -> Iterator[str]:
    """Start the server, and end it on leaving.

    Args:
        home: Folder of its database and log; None for what the environment says.

    Yields:
        Its address.

    Raises:
        NoServerError: It did not start.
        UsageError: Its folder cannot be used.
    """
    server.settle()
    folder = home or Path(os.environ["PREFECT_HOME"])
    port = _free_port()
    log = folder / LOG
    with begun(log) as opened:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "flows.embedded", str(port), str(os.getpid())],
            cwd=Path(__file__).resolve().parents[1], env={**os.environ, "PREFECT_HOME": str(folder)},
            stdin=subprocess.DEVNULL, stdout=opened, stderr=opened, start_new_session=True,
        )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}/api"
        _wait(process, address, log)
        yield address
    finally:
        _end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    end = time.monotonic() + server.ALLOWANCE
    while not server.answers(address):
        if process.poll() is not None:
            why = because(log, code=process.poll())
            raise NoServerError(f"the embedded Prefect server ended at its start{why}. Or run without --prefect.")
        if time.monotonic() > end:
            raise NoServerError(f"the embedded Prefect server was silent for {server.ALLOWANCE:.0f} s{because(log)}.")
        time.sleep(LOOK)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(port: int, owner: int) -> None:
    """Be the server."""
    end_with(owner)
    import uvicorn  # noqa: PLC0415 - after the watch over the owner has begun
    from prefect.server.api.server import create_app  # noqa: PLC0415 - as above

    queue_writers()
    with suppress(KeyboardInterrupt):
        uvicorn.run(create_app(ephemeral=True), host="127.0.0.1", port=port, log_level="error", lifespan="on")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
