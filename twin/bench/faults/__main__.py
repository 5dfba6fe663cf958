"""`python -m twin.bench.faults`: inject every fault into a store of its own, and print what came of it."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from twin.bench.faults import boundary, crowd, damage, kill, misuse
from twin.bench.faults.bucket import local_bucket
from twin.bench.faults.check import Outcome
from twin.bench.faults.inject import HOW
from twin.errors import printable
from twin.layout import columns

Play = Callable[[Path], Iterator[Outcome]]


def local(folder: Path, times: int) -> Iterator[Outcome]:
    """Kill at random and fail at each boundary on the local disk."""
    yield kill.kills(folder / "kills", times)
    for how in HOW:
        yield boundary.publishing(folder / f"publishing-{how}", how)
        yield boundary.retiring(folder / f"retiring-{how}", how)


def bucket(folder: Path, times: int) -> Iterator[Outcome]:
    """Do the same against an S3 server on this machine."""
    del folder
    for how in HOW:
        with local_bucket() as address:
            yield boundary.publishing(address, how)
        with local_bucket() as address:
            yield boundary.retiring(address, how)
    with local_bucket() as address:
        found = kill.kills(address, times)
        yield found._replace(fault=f"{found.fault}, S3")


def damaged(folder: Path, times: int) -> Iterator[Outcome]:
    """Flip bits and cut files short."""
    yield damage.flips(folder / "flips", times)
    yield damage.truncations(folder / "cuts", range(0, 100, max(1, 1000 // times)))


def everything(folder: Path, share: float) -> Iterator[Outcome]:
    """Inject all faults.

    Args:
        folder: An empty folder.
        share: Share of the full numbers. [1]
    """
    yield from misuse.misuses(folder / "misuse")
    yield from local(folder, max(10, int(1000 * share)))
    yield from bucket(folder, max(5, int(100 * share)))
    yield from damaged(folder, max(10, int(1000 * share)))
    yield from crowd.crowd(folder / "crowd", max(10, int(5000 * share)))


def main(arguments: list[str]) -> int:
    """Run with an optional share of the full numbers; 1 when something was not survived."""
    share = float(arguments[0]) if arguments else 1.0
    rows, wrong = [], []
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        for one in everything(Path(folder), share):
            verdict = f"{len(one.bad)} BAD" if one.bad else "survived"
            rows.append((one.fault, one.how, str(one.times), f"{verdict} {one.told and f'({one.told})'}".strip()))
            wrong += [f"{one.fault}: {printable(text, 300)}" for text in one.bad[:5]]
            sys.stderr.write(f"{one.fault} [{one.how}]: {verdict}\n")
    sys.stdout.write(columns(rows, ("fault", "how injected", "times", "result")) + "\n")
    sys.stdout.write("".join(f"BAD {text}\n" for text in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
