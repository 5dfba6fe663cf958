"""Laws of a study that is left while its blocks wait for workers that it shares with others."""

import gc
import threading
import weakref
from concurrent.futures import CancelledError, Future

import pytest

from flows.child import wait_until
from twin import study
from twin.errors import RunError
from twin.study import Request
from twin.study.block import Block, Done

PLAN = Request(scenario="baseline", replications=16, days=1.0).plan()


class Silent:
    """Workers that answer when the test lets them."""

    workers = 4

    def __init__(self, *, sees: bool) -> None:
        self.sees = sees
        self.asked: list[Future[Done]] = []

    def see(self, _folder):
        """As the test has it."""
        return self.sees

    def submit(self, *_arguments: object):
        """Keep what is asked for."""
        self.asked.append(Future())
        return self.asked[-1]


@pytest.mark.parametrize("sees", [True, False])
def test_who_is_left_waits_for_no_answer(sees, tmp_path):
    """Whatever the workers do: what was asked for is cancelled, and the threads that wait for blocks end."""
    silent, ends = Silent(sees=sees), list[BaseException]()

    def compute(job, block) -> None:
        try:
            job.compute(block)
        except CancelledError as end:
            ends.append(end)

    with study.Job(PLAN, study.open_store(tmp_path), pool=silent) as job:
        threads = [threading.Thread(target=compute, args=(job, Block(4 * i, 4)), daemon=True) for i in range(4)]
        for one in threads:
            one.start()
        assert wait_until(lambda: len(silent.asked) == 4, 30.0)
    for one in threads:
        one.join(10.0)
    assert len(ends) == 4
    assert all(one.cancelled() for one in silent.asked)
    with pytest.raises(RunError, match="was given up before replications 12 to 15"):
        job.compute(Block(12, 4))
    assert len(silent.asked) == 4


def test_tables_that_are_staged_are_not_kept(tmp_path):
    """While a later piece is waited for, the one before it has left the memory."""
    silent = Silent(sees=False)
    with study.Job(PLAN, study.open_store(tmp_path), pool=silent) as job:
        thread = threading.Thread(target=job.compute, args=(Block(0, 8),), daemon=True)
        thread.start()
        assert wait_until(lambda: len(silent.asked) == 2, 30.0)
        first = weakref.ref(silent.asked.pop(0))
        first().set_result(Done([], {}))
        assert wait_until(lambda: gc.collect() >= 0 and first() is None, 30.0)
        assert not silent.asked[0].done()
        silent.asked[0].set_result(Done([], {}))
        thread.join(10.0)
        assert not thread.is_alive()
