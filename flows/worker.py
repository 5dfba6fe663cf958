"""`python -m flows.worker OWNER ARGUMENT...`: Prefect's worker, which ends with its owner in whatever way that ends."""

import sys

from flows.child import end_with


def main(owner: int, arguments: list[str]) -> None:
    """Be the worker until told to stop.

    Args:
        owner: Process number of whoever started it.
        arguments: Those of `prefect worker start`.
    """
    end_with(owner)
    from prefect.cli import app  # noqa: PLC0415 - after the watch over the owner has begun

    sys.argv = ["prefect", "worker", "start", *arguments]
    app()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
