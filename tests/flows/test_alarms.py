"""Laws of the count of false alarms: it fails for each of the reasons for which it is made."""

from types import SimpleNamespace

import pytest


@pytest.fixture
def alarms(own_server):
    """The module, imported after the settings."""
    from flows.bench import alarms as found  # noqa: PLC0415 - after the environment

    assert own_server
    return found


def a_run(number, seconds):
    """A flow run that took a while."""
    moment = f"2026-11-22T03:{seconds // 60:02d}:{seconds % 60:02d}+00:00"
    return {"id": number, "name": f"alarm-{number}", "start_time": "2026-11-22T03:00:00+00:00", "end_time": moment,
            "state": {"type": "COMPLETED"}}  # fmt: skip


@pytest.fixture
def counted(monkeypatch, alarms):
    """What is wrong with runs that took some seconds, of which some were called crashed, and the automation fired."""

    def count(*seconds: int, crashed: tuple = (), fired: int = 0) -> list[str]:
        runs = [a_run(number, one) for number, one in enumerate(seconds)]
        api = SimpleNamespace(ask=lambda *_: None, start=lambda *_, **__: None, runs=lambda *_: runs)
        stand = SimpleNamespace(
            api=lambda: api, deploy=lambda: dict.fromkeys(alarms.NAMES, "some"),
            states_of=lambda run: ["RUNNING", "CRASHED" if run in crashed else "COMPLETED"],
        )  # fmt: skip
        monkeypatch.setattr(alarms, "until", lambda *_: 0.0)
        monkeypatch.setattr(alarms, "be_away", lambda *_: None)
        monkeypatch.setattr(alarms, "firings", lambda _: fired)
        return alarms.measure(stand, len(seconds), 10, 120.0)

    return count


def test_the_count_fails_for_each_of_its_reasons(counted):
    """A living run called crashed, an automation that fires for nothing, runs too short to be taken for dead."""
    assert counted(100, 200) == []
    assert counted(100, 200, crashed=(1,)) == ["alarm-1: called crashed though it lived"]
    assert counted(100, 200, fired=2) == ["the automation fired 2 times, though no run has died"]
    assert counted(100, 80) == ["1 of 2 runs were too short to be taken for dead"]


def test_firings_are_asked_of_the_server(alarms):
    """The server's own events say how often the automation fired; its log says so only at another level."""
    asked = []

    def ask(method: str, path: str, body: object) -> object:
        asked.append((method, path, body))
        return [{"id": "some"}] if path == "/automations/filter" else {"total": 3}

    assert alarms.firings(SimpleNamespace(ask=ask)) == 3
    told = asked[1][2]["filter"]
    assert told["resource"]["id"] == ["prefect.automation.some"]
    assert told["event"]["name"] == ["prefect.automation.triggered"]
