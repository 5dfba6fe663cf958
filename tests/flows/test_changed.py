"""Quick laws of the run before: which flow run that is, and what is told of it. No server needed."""

from contextlib import nullcontext
from types import SimpleNamespace
from uuid import uuid4

import pytest

from flows import answer, previous
from twin.errors import ContractError, UsageError
from twin.study.bands import Left, band

MINE = uuid4()


def a_run(*tags: str, number=None):
    """A flow run with tags."""
    return SimpleNamespace(id=number or uuid4(), tags=list(tags))


@pytest.fixture
def before(monkeypatch):
    """Which of some completed flow runs, the newest first, is the one before; and what the server was asked."""
    asked = []

    def found(*runs: SimpleNamespace, deployment: object = MINE) -> object:
        client = SimpleNamespace(read_flow_runs=lambda **told: asked.append(told) or list(runs))
        monkeypatch.setattr(previous, "get_client", lambda **_: nullcontext(client))
        monkeypatch.setattr(previous, "runtime", SimpleNamespace(deployment=SimpleNamespace(id=deployment)))
        monkeypatch.setattr(previous, "flow_run", lambda: MINE)
        return previous.before()

    found.asked = asked
    return found


def test_the_run_before_is_the_last_that_has_come_to_something(before):
    """Neither this one nor one that has shown no run; of this deployment and completed, by when it ended."""
    known = a_run("filmtwin", "run:some-1")
    assert before(a_run("run:own", number=MINE), a_run("filmtwin"), known, a_run("run:older")) is known
    (told,) = before.asked
    assert [str(one) for one in told["deployment_filter"].id.any_] == [str(MINE)]
    assert told["flow_run_filter"].state.type.any_ == [previous.StateType.COMPLETED]
    assert told["sort"] == previous.FlowRunSort.END_TIME_DESC
    assert before(a_run("filmtwin")) is None
    assert before(known, deployment=None) is None
    assert len(before.asked) == 2  # without a deployment nobody is asked


@pytest.mark.parametrize("error", [UsageError("retired"), ContractError("damaged")])
def test_an_earlier_run_that_is_gone_or_damaged_ends_none(monkeypatch, error):
    """Nothing is told of it; nor of one that shows the same run, or none at all; what can be compared is."""
    asked = []

    def since(_store: object, *runs: str) -> str:
        asked.append(runs)
        if len(asked) == 1:
            raise error
        return "what has changed"

    monkeypatch.setattr(previous, "since", since)
    assert previous.changed(None, "b", a_run("run:a")) is None
    assert previous.changed(None, "b", a_run("run:a")) == "what has changed"
    assert previous.changed(None, "b", a_run("run:b")) is None
    assert previous.changed(None, "b", a_run("no run")) is None
    assert previous.changed(None, "b", None) is None
    assert asked == [("a", "b")] * 2


def test_a_number_off_its_band_is_an_event_with_all_that_a_person_routes_by(monkeypatch):
    """Its name and fields are those that deploy.md tells; the automation that is shipped waits for that name."""
    from flows import automations  # noqa: PLC0415 - next to what it is compared with

    told = []
    monkeypatch.setattr(answer, "emit_event", lambda name, **about: told.append((name, about)))
    monkeypatch.setattr(answer, "flow_run", lambda: MINE)
    monkeypatch.setattr(answer, "runtime", SimpleNamespace(deployment=SimpleNamespace(name="nightly-baseline")))
    result = SimpleNamespace(plan=SimpleNamespace(name="baseline"), run_id="baseline-1")
    answer.tell(result, Left(band("yield 85..100 %"), 0.8, 0.79, 0.81))
    ((name, about),) = told
    assert automations.off_band(uuid4(), on=True).trigger.expect == {name}
    assert about["resource"]["prefect.resource.id"] == "filmtwin.kpi.baseline.yield"
    assert about["related"][0]["prefect.resource.id"] == f"prefect.flow-run.{MINE}"
    payload = about["payload"]
    assert payload["text"].startswith("yield 85..100 %: the mean is 80")
    assert (payload["scenario"], payload["run_id"], payload["deployment"]) == (
        "baseline", "baseline-1", "nightly-baseline",
    )  # fmt: skip
    page = automations_page()
    assert all(f"`{one}`" in page for one in (name, automations.BANDS, automations.ROUTE, *payload))


def automations_page():
    """What deploy.md says."""
    from flows.child import ROOT  # noqa: PLC0415 - used here alone

    return (ROOT / "docs" / "how-to" / "deploy.md").read_text(encoding="utf-8")
