"""All faults by name, each kind in a folder of its own, so that two kinds can be injected at a time."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import count
from pathlib import Path

from twin.bench.faults import boundary, crowd, damage, kill, misuse
from twin.bench.faults.bucket import local_bucket
from twin.bench.faults.check import Outcome
from twin.bench.faults.inject import HOW, How

Play = Callable[[Path, float], Iterator[Outcome]]
Fault = Callable[[str | Path, How], Outcome]


def _boundaries(make: Callable[[], AbstractContextManager[str | Path]], deaths: range) -> Iterator[Outcome]:
    recovering = partial(boundary.recovering, deaths=deaths)
    for how in HOW:
        halves = [partial(boundary.publishing, gone=gone) for gone in boundary.HALVES]
        plays: list[Fault] = [boundary.publishing, *halves, boundary.retiring, recovering]
        for play in plays:
            with make() as root:
                yield play(root, how)


def _disk(folder: Path) -> Callable[[], AbstractContextManager[Path]]:
    numbers = count()
    return lambda: nullcontext(folder / str(next(numbers)))


def _bucket_crowd(polls: int) -> Iterator[Outcome]:
    with local_bucket() as address:
        yield from crowd.crowd(address, polls)


def _bucket_kills(times: int) -> Iterator[Outcome]:
    with local_bucket() as address:
        yield kill.kills(address, times)


def _bucket_damage(share: float) -> Iterator[Outcome]:
    with local_bucket() as address:
        yield damage.flips(f"{address}/flips", _of(300, share))
        yield damage.truncations(f"{address}/cuts", range(0, 100, min(50, round(10.0 / max(share, 0.01)))))
        yield from misuse.misuses_of_buckets(f"{address}/misuse")


# what takes long comes first, so that two processes end at about the same time
PLAYS: dict[str, Play] = {
    "crowd": lambda folder, share: iter(crowd.crowd(folder, _of(5000, share))),
    "kills": lambda folder, share: iter([kill.kills(folder, _of(1000, share))]),
    "cuts": lambda folder, share: iter([damage.truncations(folder, range(0, 100, round(1.0 / max(share, 0.01))))]),
    "flips": lambda folder, share: iter([damage.flips(folder, _of(1000, share))]),
    "bucket": lambda _, __: _boundaries(local_bucket, range(100)),
    "bucket crowd": lambda _, share: _bucket_crowd(_of(300, share)),
    "bucket kills": lambda _, share: _bucket_kills(_of(400, share)),
    "bucket damage": lambda _, share: _bucket_damage(share),
    "disk": lambda folder, _: _boundaries(_disk(folder), range(100)),
    "misuse": lambda folder, _: misuse.misuses(folder),
}


def _of(full: int, share: float) -> int:
    return max(5, round(full * share))


def play(name: str, folder: Path, share: float) -> list[Outcome]:
    """Inject one kind of fault in a folder of its own; runs in a process of its own."""
    place = folder / name.replace(" ", "-")
    place.mkdir()
    return list(PLAYS[name](place, share))
