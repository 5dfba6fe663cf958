"""Laws of the bench of orchestration: each round is judged by itself, the median counts, and a miss is an exit code."""

import json
from contextlib import nullcontext
from itertools import pairwise
from types import SimpleNamespace

import pytest

from flows.bench import orchestration
from flows.bench.overhead import MODES, cost, overheads
from flows.bench.study_cpu import SETTLE

RATE = 0.02  # s/s that an idle server uses
MARK = "overhead_cpu_1000_replications"
EFFICIENCY = "parallel_efficiency_2_workers"


def a_study(mode, plain, more=0.0):
    """A study on a machine where the plain one takes some CPU, and this one a share of it more."""
    served = 0.0 if mode == "plain" else 2.0
    return {
        "own": 5.0 + plain * more - served, "below": plain - 5.0 + (0.0 if mode == "dask" else 3.0), "pool": 3.0,
        "server": 0.0 if mode == "plain" else served + RATE * 40.0 + 1.0, "apart": 0.0 if mode == "plain" else 1.0,
        "wall": 40.0,
    }  # fmt: skip


def a_round(plain, flow, dask):
    """The three studies of a round."""
    return {mode: a_study(mode, plain, more) for mode, more in zip(MODES, (0.0, flow, dask), strict=True)}


def test_what_is_apart_or_idle_is_no_cost():
    """The start of workers, the page and the idle server do not count; all else does, wherever it was used."""
    assert cost("plain", a_study("plain", 40.0), RATE) == pytest.approx(40.0)
    assert cost("flow", a_study("flow", 40.0, 0.1), RATE) == pytest.approx(44.0)
    assert cost("dask", a_study("dask", 40.0, 0.1), RATE) == pytest.approx(44.0)


def test_a_machine_whose_speed_changes_between_the_rounds_changes_no_overhead():
    """Each flow is held against the plain study next to it, and not against the fastest of all."""
    found = overheads([a_round(plain, 0.03, 0.1) for plain in (38.0, 52.0, 44.0)], RATE, 1000)
    assert found[MARK] == pytest.approx(0.03)
    assert found[f"{MARK}_most"] == pytest.approx(found[f"{MARK}_least"])
    assert found["overhead_cpu_dask"] == pytest.approx(0.1)
    assert found["plain_cpu_spread"] == pytest.approx(52.0 / 38.0 - 1.0)
    assert found["replication_cpu_ms"] == pytest.approx(44.0)


def test_the_median_counts_and_not_the_best_of_each_part():
    """One good round, or a good server in one and good workers in another, make no good mark."""
    found = overheads([a_round(40.0, flow, 0.1) for flow in (0.01, 0.09, 0.07)], RATE, 1000)
    assert [found[f"{MARK}{which}"] for which in ("_least", "", "_most")] == pytest.approx([0.01, 0.07, 0.09])
    apart = [a_round(40.0, 0.06, 0.1) for _ in range(3)]
    apart[0]["flow"]["own"] += 2.0
    apart[0]["flow"]["below"] -= 2.0
    apart[1]["flow"]["own"] -= 2.0
    apart[1]["flow"]["below"] += 2.0
    assert overheads(apart, RATE, 1000)[MARK] == pytest.approx(0.06)


def test_plain_and_flow_stand_side_by_side_in_every_round(monkeypatch, tmp_path):
    """Each study has a store of its own; whatever drifts is met by both, now before and now after."""
    seen = []

    def child(_stand: object, _module: str, asked: dict) -> dict:
        seen.append((asked["mode"], asked["store"], asked["server"]))
        return {}

    monkeypatch.setattr(orchestration, "child", child)
    stand = SimpleNamespace(folder=tmp_path, server=lambda: 7)
    assert [set(one) for one in orchestration.rounds(stand, 10)] == [set(MODES)] * orchestration.TIMES
    modes = [mode for mode, _, _ in seen]
    assert sum({"plain", "flow"} == set(pair) for pair in pairwise(modes)) >= orchestration.TIMES
    assert modes[:6] == ["plain", "flow", "dask", "dask", "flow", "plain"]
    assert len({store for _, store, _ in seen}) == len(seen)
    assert all((server == 0) == (mode == "plain") for mode, _, server in seen)
    assert orchestration.TIMES % 2 == 1


def test_the_tail_of_a_run_is_no_idling(monkeypatch):
    """What the server still writes of the run before would be taken off as idling, and flatter the mark."""
    now = [0.0]
    monkeypatch.setattr(orchestration.time, "sleep", lambda seconds: now.append(now[-1] + seconds))
    monkeypatch.setattr(orchestration.processes, "cpu", lambda _: RATE * now[-1] + 0.5 * min(now[-1], SETTLE))
    assert orchestration.idle(SimpleNamespace(server=lambda: 7)) == pytest.approx(RATE)


@pytest.mark.parametrize("rates", [(0.02, 0.05), (0.05, 0.02)])
def test_the_smaller_of_two_rates_counts_as_idling(monkeypatch, rates):
    """It is taken before the rounds and after them, and both are told."""
    left, judged = list(rates), []
    for name, answer in (
        ("Stand", lambda _: nullcontext(SimpleNamespace(page=""))), ("start_lag", lambda _: 1.0),
        ("rounds", lambda *_: iter(())), ("idle", lambda _: left.pop(0)), ("efficiency", lambda *_: {}),
        ("overheads", lambda _, rate, __: judged.append((rate, len(left))) or {}),
    ):  # fmt: skip
        monkeypatch.setattr(orchestration, name, answer)
    told = orchestration.measure(quick=True)
    assert judged == [(0.02, 0)]
    assert (told["server_idle_cpu"], told["server_idle_cpu_after"]) == rates


@pytest.mark.parametrize(
    ("overhead", "efficiency", "code"), [(0.05, 0.9, 0), (0.057, 0.95, 1), (0.01, 0.89, 1), (float("nan"), 0.95, 1)]
)
def test_a_mark_that_is_missed_is_told_and_ends_with_1(monkeypatch, capsys, overhead, efficiency, code):
    """The verdict stands beside its bar in the JSON, and one line on stderr names what was missed."""
    found = {MARK: overhead, EFFICIENCY: efficiency, "replication_cpu_ms": 40.0, "load_before": 0.1}
    monkeypatch.setattr(orchestration, "measure", lambda **_: found)
    monkeypatch.setattr(orchestration, "end_in_order", lambda: None)
    assert orchestration.main({"json": True}) == code
    told = capsys.readouterr()
    verdicts = json.loads(told.out)["verdicts"]
    assert set(verdicts) == {MARK, EFFICIENCY}
    assert verdicts[MARK] == ("ok, <= 0.05" if overhead <= 0.05 else "MISSED, <= 0.05")
    assert verdicts[EFFICIENCY] == ("ok, >= 0.9" if efficiency >= 0.9 else "MISSED, >= 0.9")
    assert len(told.err.splitlines()) == code
    assert orchestration.main({}) == code
    assert "MISSED" in capsys.readouterr().out or code == 0


def test_a_replication_of_another_length_is_another_mark_and_no_success(monkeypatch, capsys):
    """However small the overhead is."""
    found = {MARK: 0.01, EFFICIENCY: 0.95, "replication_cpu_ms": 60.0}
    monkeypatch.setattr(orchestration, "measure", lambda **_: found)
    monkeypatch.setattr(orchestration, "end_in_order", lambda: None)
    assert orchestration.main({"json": True}) == 1
    assert "60 ms of CPU" in capsys.readouterr().err
