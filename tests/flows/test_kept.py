"""Quick laws of what `twin up` keeps going: server, worker, and what stands on the server. No server needed."""

import threading
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from flows import database, keeping, tidying
from twin.errors import RunError


@pytest.fixture
def children(tmp_path):
    """A server and a worker that live since a while, as `twin up` keeps them."""

    def one(name: str) -> SimpleNamespace:
        made = SimpleNamespace(name=name, lives=True, starts=1, began=0.0, log=tmp_path / name, stopped=0,
                               because="; it says why")  # fmt: skip

        def start() -> None:
            made.starts += 1
            made.lives = True

        def stop(_grace: float) -> None:
            made.stopped += 1
            made.lives = False

        made.start, made.stop = start, stop
        return made

    return one("server"), one("worker")


def test_deaths_of_long_ago_are_forgotten(children):
    """Five in an hour are enough; one an hour is none too many."""
    _, worker = children
    for hour in range(1, 20):
        worker.began, worker.lives = 3601.0 * (hour - 1), False
        keeping.restart(worker, 3601.0 * hour)
    assert worker.starts == 2
    worker.starts = keeping.RESTARTS + 1
    with pytest.raises(RunError, match="ended 6 times"):
        keeping.restart(worker, worker.began + 60.0)


def test_a_server_that_lives_but_hangs_is_started_again(children, tmp_path, monkeypatch):
    """One that has not answered for ten minutes is ended, and so started; one that answers is left alone."""
    api, worker = children
    answers, ages = [False], []
    tidier = SimpleNamespace(home=tmp_path, known=True, begin=lambda *told: ages.append(told))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setattr(keeping.server, "answers", lambda _address: answers[0])
    keeper = keeping.Keeper(api, worker, tidier, heard=0.0, away=0.0, looked=0.0)
    for now in range(31, 600, 31):
        keeper.look(float(now))
    assert api.stopped == 0
    for now in range(601, 660, 31):
        keeper.look(float(now))
    assert api.stopped == 1
    answers[0], api.began = True, 660.0
    keeper.look(700.0)
    assert (api.lives, ages) == (True, [(40.0, 700.0)])  # the server is up since it began, and was away before
    for now in range(731, 2000, 31):
        keeper.look(float(now))
    assert api.stopped == 1


def test_logs_do_not_grow_for_ever(children, tmp_path, monkeypatch):
    """Those of server and worker are looked at as often as the server is."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setattr(keeping.server, "answers", lambda _address: False)
    monkeypatch.setattr("flows.child.MOST", 10)
    tidier = SimpleNamespace(home=tmp_path, known=True)
    keeper = keeping.Keeper(*children, tidier, heard=0.0, away=0.0, looked=0.0)
    for one in children:
        one.log.write_text("x" * 11)
    keeper.look(29.0)
    assert {one.log.stat().st_size for one in children} == {11}
    keeper.look(31.0)
    assert {one.log.stat().st_size for one in children} == {0}


def test_a_server_that_dies_of_its_database_gets_a_new_one(children, tmp_path):
    """What is damaged is put aside before the server starts again, and its deployments are missed; else it stays."""
    api, worker = children
    tidier = tidying.Tidier(tmp_path, lambda: None)
    keeper = keeping.Keeper(api, worker, tidier, looked=1.0)
    (tmp_path / database.NAME).write_bytes(b"no database" * 1000)
    worker.lives = False
    keeper.look(2.0)
    assert tidier.known
    assert (tmp_path / database.NAME).exists()
    api.lives = False
    keeper.look(3.0)
    assert (api.lives, api.starts, tidier.known) == (True, 2, False)
    assert not (tmp_path / database.NAME).exists()
    assert len(list(tmp_path.glob(f"{database.NAME}.damaged-*"))) == 1


@pytest.fixture
def tidier(monkeypatch, tmp_path):
    """A tidier of a server on which there is nothing but what its `there` says; `done` is what it has registered."""
    import prefect  # noqa: PLC0415 - after the environment

    from flows import places, reconcile  # noqa: PLC0415 - as above

    there, done = [], []
    monkeypatch.setattr(prefect, "get_client", lambda **_: nullcontext())
    monkeypatch.setattr(places, "deployments", lambda _: there)
    monkeypatch.setattr(places, "mend", lambda _, before: before)
    monkeypatch.setattr(reconcile, "reconcile", lambda *_: [])
    found = tidying.Tidier(tmp_path, lambda: done.append("registered"))
    found.there, found.done = there, done
    return found


def test_what_a_server_has_lost_is_registered_again(tidier, capsys):
    """After it was started again without any deployment, until that has succeeded; not where some were there before."""
    tidier.tidy(1.0, 1.0)
    assert tidier.done == []
    tidier.known = False
    tidier.there.append("some")
    tidier.tidy(1.0, 1.0)
    assert (tidier.done, tidier.known) == ([], True)
    tidier.there.clear()
    tidier.known = False
    works, tidier.register = tidier.register, Fails(RunError("no; deploy.log says why."), OSError("full disk"))
    tidier.tidy(1.0, 1.0)
    tidier.there.append("one of four")
    tidier.tidy(1.0, 1.0)
    assert not tidier.known
    tidier.register = works
    for _ in range(2):
        tidier.tidy(1.0, 1.0)
    assert (tidier.done, tidier.known) == (["registered"], True)
    assert capsys.readouterr().err.splitlines() == [
        "the server has lost its deployments; they are registered again.",
        "no; deploy.log says why; it is tried again later.",
        "full disk; it is tried again later.",
    ]


class Fails:
    """Something that fails, in another way each time."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def __call__(self, *_: object) -> None:
        """Fail."""
        raise self.errors.pop(0)


def test_a_server_that_hangs_keeps_nobody_from_looking_after_it(tidier, monkeypatch):
    """Who tidies waits in a thread, and alone."""
    from flows import reconcile  # noqa: PLC0415 - it imports Prefect

    asked, over = [], threading.Event()
    monkeypatch.setattr(reconcile, "reconcile", lambda *_: asked.append(over.wait(20.0)) or [])
    for _ in range(3):
        tidier.begin(1.0, 1.0)
    assert (tidier.thread.is_alive(), asked) == (True, [])
    over.set()
    tidier.thread.join(20.0)
    assert asked == [True]
    tidier.begin(1.0, 1.0)
    tidier.thread.join(20.0)
    assert asked == [True, True]
