"""The exact cases: a few of them quickly in each run of the tests, all of them in the long one."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import product
from math import exp, factorial
from pathlib import Path

import numpy as np
import pytest
from scipy.special import lambertw

from twin.bench import cases
from twin.bench.cases import CASES, WORKERS, main, trial
from twin.bench.exact import Verdict, replicate, verdicts
from twin.validation.exact_cases import write
from twin.validation.played_code import line_code


@pytest.fixture(scope="module")
def executor() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(WORKERS) as pool:
        yield pool


@pytest.fixture(scope="module")
def found() -> Iterator[list[Verdict]]:
    """What the long trials find, kept in the file that EXACT_CASES_FILE names, for `twin validate`."""
    rows: list[Verdict] = []
    code = line_code()
    yield rows
    if file := os.environ.get("EXACT_CASES_FILE"):
        write(rows, datetime.now(UTC).date().isoformat(), code, Path(file))


@pytest.mark.parametrize("name", [case.name for case in CASES.values() if case.is_fast])
def test_a_short_trial_agrees_with_the_exact_answer(name: str) -> None:
    """No mean of 30 short replications is more than 5.3 standard errors off."""
    assert [row for row in trial(name, fast=True) if not row.passes] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", list(CASES))
def test_a_long_trial_agrees_with_the_exact_answer(
    name: str, executor: ProcessPoolExecutor, found: list[Verdict]
) -> None:
    """30 replications to 0.5 % (waits 1 %): within 5.3 standard errors and 1 % (waits 2 %)."""
    rows = trial(name, executor)
    found += rows
    assert [row for row in rows if not row.passes] == []


def slotted_rate(positions: int, failure: float, repair: float) -> float:
    """Throughput of the slotted line by its Markov chain, states resolved at the start of each slot.

    A machine that is up and may work (parts behind it for the second, room for the first) fails with ``failure``;
    one that is down comes up with ``repair``; then each that is up and may work moves one part.
    """
    states = list(product((0, 1), (0, 1), range(positions + 1)))
    number = {state: index for index, state in enumerate(states)}
    chances = np.zeros((len(states), len(states)))
    made = np.zeros(len(states))
    for first, second, level in states:
        here = number[first, second, level]
        room, parts = level < positions, level > 0
        for up_first, up_second in product((0, 1), (0, 1)):
            chance = _turns(first, up_first, failure if room else 0.0, repair)
            chance *= _turns(second, up_second, failure if parts else 0.0, repair)
            after = level + (up_first and room) - (up_second and parts)
            chances[here, number[up_first, up_second, after]] += chance
            made[here] += chance * (up_second and parts)
    system = np.vstack([chances.T - np.eye(len(states)), np.ones(len(states))])
    stationary = np.linalg.lstsq(system, np.append(np.zeros(len(states)), 1.0), rcond=None)[0]
    return float(stationary @ made)


def _turns(before: int, after: int, failure: float, repair: float) -> float:
    up = 1.0 - failure if before else repair
    return up if after else 1.0 - up


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("13")])
def test_the_slotted_answers_are_those_of_the_markov_chain(name: str) -> None:
    """The answers of case 13 are the chain's, by the rule that the test states."""
    words = name.replace(",", "").split()
    rate = slotted_rate(int(words[-2]), float(words[words.index("p") + 1]), float(words[words.index("r") + 1]))
    assert CASES[name].exact["throughput"].value == pytest.approx(rate, abs=1e-6)


def chance_to_wait(servers: int, load: float) -> float:
    """Erlang C: the chance that a lot finds all servers of M/M/c at work, each busy for the share ``load``."""
    offered = servers * load
    full = offered**servers / factorial(servers) / (1.0 - load)
    return full / (full + sum(offered**number / factorial(number) for number in range(servers)))


@pytest.mark.parametrize(("servers", "chance"), [(1, 0.8), (2, 0.711111), (3, 0.647191)])
def test_the_answers_of_case_14_are_those_of_erlang(servers: int, chance: float) -> None:
    """A lot waits with the chance of Erlang C, then for 1/(rate of all servers - rate of arrivals)."""
    assert chance_to_wait(servers, 0.8) == pytest.approx(chance, abs=5e-7)
    wait = chance_to_wait(servers, 0.8) / (servers * (1.0 - 0.8))
    exact = CASES[f"14 M/M/{servers}"].exact
    assert (exact["wait"].value, exact["delayed"].value) == pytest.approx((wait, chance), abs=5e-7)


def test_the_answer_of_case_16_is_that_of_the_embedded_chain() -> None:
    """D/M/1: sigma, the chance to wait, is its own transform of the time between arrivals, exp(-(1 - sigma)/load)."""
    load = 0.8
    sigma = -load * float(lambertw(-exp(-1.0 / load) / load).real)
    assert sigma == pytest.approx(exp(-(1.0 - sigma) / load), abs=1e-12)
    assert sigma == pytest.approx(0.628630, abs=5e-7)
    exact = CASES["16 D/M/1"].exact
    assert (exact["wait"].value, exact["delayed"].value) == pytest.approx((sigma / (1.0 - sigma), sigma), abs=5e-7)


def test_a_slotted_line_keeps_to_its_slots() -> None:
    """Every lot of the slotted line leaves at a whole number of slots: nothing is put in order by small shifts."""
    case = CASES["13 slotted, p 0.01 r 0.1, 4 positions"]
    throughput, _ = replicate(case, 0, fast=True)
    length = case.length * 0.05
    assert throughput * length == pytest.approx(round(throughput * length), abs=1e-6)


def test_a_case_that_is_off_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command ends with 1 when an answer is missed."""
    case = CASES["17 M/M/1/5, load 1"]
    wrong = {"inside": case.exact["inside"]._replace(value=2.8)}
    monkeypatch.setattr("sys.argv", ["cases", "--fast"])
    for name in list(CASES):
        monkeypatch.delitem(CASES, name)
    monkeypatch.setitem(CASES, case.name, case._replace(exact=wrong))
    assert main() == 1


def test_a_fast_run_plays_the_fast_cases_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others take twenty times as long."""
    fast, slow = CASES["17 M/M/1/5, load 1"], CASES["20 rework loop"]
    played = []
    for name in list(CASES):
        monkeypatch.delitem(CASES, name)
    for case in (slow, fast):
        monkeypatch.setitem(CASES, case.name, case)
    monkeypatch.setattr(cases, "trial", lambda name, *_, **__: played.append(name) or [])
    for is_fast, names in ((True, [fast.name]), (False, [slow.name, fast.name])):
        played.clear()
        assert list(cases.rows(fast=is_fast)) == []
        assert played == names


@pytest.mark.parametrize("name", ["20 rework loop", "21 scrap tandem"])
def test_a_case_that_is_not_fast_is_near_its_answer_on_little(name: str) -> None:
    """Ten replications of a few thousand lots, held to 5.3 standard errors."""
    case = CASES[name]._replace(length=5000.0)
    assert [
        row for row in verdicts(case, [replicate(case, number) for number in range(10)], fast=True) if not row.passes
    ] == []
