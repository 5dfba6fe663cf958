"""Being alone in a bucket, where there is no lock: a lease is an object that is created only if absent.

It ends with its owner, is taken over from a dead one by a put that names the version it replaces, and whoever lost it
touches nothing more.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from twin.store import owner
from twin.store.files import Settle
from twin.store.intents import taken_over
from twin.store.naming import aside_key, intent_key
from twin.store.s3_errors import Taken
from twin.store.s3_requests import Bucket

LEASE = 900.0  # s; after that the work of another computer counts as left behind
OFTEN = LEASE / 4.0  # s; how often a holder gives a sign of life
_WAIT = 0.05  # s
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # the first one goes on while the computer sleeps
_held: set[bytes] = set()  # intents of this process that are at work


class _Held(NamedTuple):
    """A lease that is held.

    Attributes:
        key: Its object.
        tag: The version of it that is ours.
        said: Its content.
        since: When it was last put. [s]
    """

    key: str
    tag: str
    said: bytes
    since: float


class Lease:
    """The lease of one run of a bucket, held or not."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._held: _Held | None = None

    @contextmanager
    def alone(self, run_id: str, said: bytes, settle: Settle) -> Iterator[None]:
        """Hold the lease of a run; what a dead holder began is settled first, what fails is taken back."""
        with self._at_work(said):
            self._held = self._claim(run_id, said, settle)
            try:
                yield
                self.renew(0.0)  # who lost it meanwhile may have been settled by others, and is told so
            except BaseException:
                with suppress(OSError):  # then the lease stays, and the next one settles it
                    self._regain(run_id, said, settle)
                    settle(run_id, said, forward=False)
                    self._release()
                raise
            with suppress(OSError):  # what is done is done: the next one settles a lease that stays
                self._release()

    def settle_left(self, run_id: str, settle: Settle) -> bool:
        """Settle what a dead holder began; say whether there was anything."""
        key = intent_key(run_id)
        got = self._bucket.get(key)
        if not _has_ended(got.data, got.age):
            return False
        said = taken_over(got.data)  # still says what is to be settled, should this process end as well
        with self._at_work(said):
            self._held = _Held(key, self._bucket.put(said, key, match=got.tag), said, _now())
            if not settle(run_id, got.data, forward=True):
                self._bucket.put(got.data, aside_key(key))
            self._release()
        return True

    def renew(self, age: float = OFTEN) -> None:
        """Give a sign of life, if the last one is that old; an error where somebody took the lease over.

        Args:
            age: Time since the last one. [s]
        """
        held = self._held
        if held is None or _now() - held.since < age:
            return
        now = _now()
        try:
            tag = self._bucket.put(held.said, held.key, match=held.tag)
        except Taken:
            got = self._bucket.get(held.key)
            if got.data != held.said:
                raise
            tag = got.tag  # the answer to our own last request was lost on its way
        self._held = held._replace(tag=tag, since=now)

    def _regain(self, run_id: str, said: bytes, settle: Settle) -> None:
        """Hold the lease also when somebody took it over, who then has come to his end."""
        try:
            self.renew(0.0)
        except (Taken, FileNotFoundError):
            self._held = self._claim(run_id, said, settle)

    def _claim(self, run_id: str, said: bytes, settle: Settle) -> _Held:
        """Wait for the lease as long as its holder gives signs of life, or take it over from a dead one."""
        key, wait = intent_key(run_id), _WAIT
        while True:
            now = _now()
            with suppress(Taken):
                return _Held(key, self._bucket.put(said, key, absent=True), said, now)
            with suppress(FileNotFoundError, Taken):
                got = self._bucket.get(key)
                if got.data == said:  # the answer to our own request was lost on its way
                    return _Held(key, got.tag, said, now)
                if self.settle_left(run_id, settle):
                    continue
                if got.age > LEASE:
                    raise TimeoutError(None, f"another process is changing {key} and gives no sign of life")
            time.sleep(wait)
            wait = min(2.0 * wait, 1.0)

    def _release(self) -> None:
        if self._held is not None:
            with suppress(Taken):
                self._bucket.remove(self._held.key, match=self._held.tag)

    @contextmanager
    def _at_work(self, said: bytes) -> Iterator[None]:
        _held.add(said)
        try:
            yield
        finally:
            _held.discard(said)
            self._held = None


def _now() -> float:
    return time.clock_gettime(_CLOCK)


def _has_ended(said: bytes, age: float) -> bool:
    try:
        card: Any = json.loads(said)["owner"]
    except (ValueError, KeyError, TypeError):
        card = None
    if card == owner.card():
        return said not in _held  # of this process, which had to give up
    return owner.has_ended(card, age, LEASE)
