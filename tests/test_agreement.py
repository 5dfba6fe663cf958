"""Laws of the comparison with `twin explain`: a named station agrees where its relief is as good as the best one's."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from twin.bench import agreement
from twin.bench.agreement import REPLICATIONS, Agreement, random_plant, released
from twin.explain import PARTS
from twin.plan import Plan
from twin.plant import DAY
from twin.scenario import baseline

NAMED, OTHER = list(PARTS)[:2]


@pytest.mark.parametrize(
    ("gain", "agrees"),
    [((0.0, 0.0, 0.0), True), ((0.1, 0.1, 0.1), False), ((2.0, 2.0, 2.0), False), ((-9.0, 2.0, 13.0), True)],
)
def test_a_shortfall_agrees_within_the_noise_of_the_experiment_alone(
    monkeypatch: pytest.MonkeyPatch, gain: tuple[float, ...], agrees: bool  # noqa: FBT001 - a parameter
) -> None:  # fmt: skip
    """Of a line of 100 m^2/d: a station that brings 0.1 more for sure is another one, one with 2 +- 13 is not."""

    def area(plan: object, replication: int) -> float:
        return 100.0 + {NAMED: 5.0, OTHER: 5.0 + gain[replication]}.get(str(plan), 0.0)

    monkeypatch.setattr(agreement, "random_plant", lambda _: "plant")
    monkeypatch.setattr(agreement, "relieved", lambda _, station: station)
    monkeypatch.setattr(agreement, "released", area)
    monkeypatch.setattr(agreement, "explain", lambda _: SimpleNamespace(bottlenecks=(NAMED,)))
    found = agreement.one(7)
    assert (found.number, found.named, found.agrees) == (7, (NAMED,), agrees)
    assert found.best == (OTHER if sum(gain) > 0.0 else NAMED)
    assert found.shortfall == pytest.approx(sum(gain) / REPLICATIONS / 100.0)
    assert (found.shortfall <= found.noise) == agrees


def test_what_is_released_is_counted_after_the_warm_up() -> None:
    """A line that is looked at for some days releases something; before it has begun to, nothing."""

    def over(days: float) -> Plan:
        plan = baseline()
        return replace(plan, study=replace(plan.study, warm_up=0.0, horizon=days * DAY))

    assert released(over(0.1), 0) == 0.0
    assert released(over(28.0), 0) > 0.0


def test_random_plants_differ_and_come_again() -> None:
    """The same number is the same plant."""
    assert random_plant(3) == random_plant(3) != random_plant(4)


def test_the_table_counts_who_agrees(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each plant; the sum tells the best apart from ties, and how often two were named."""
    rows = [
        Agreement(0, (NAMED,), NAMED, 0.0, 0.01), Agreement(1, (NAMED,), OTHER, 0.2, 0.01),
        Agreement(2, (NAMED, OTHER), OTHER, 0.0, 0.0), Agreement(3, (NAMED,), OTHER, 0.02, 0.03),
    ]  # fmt: skip
    monkeypatch.setattr(agreement, "agreements", lambda plants: rows[:plants])
    agreement.main(4)
    *lines, told = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines] == ["agrees", "DIFFERS", "agrees", "ties"]
    assert told == (
        "3 of 4 agree: 2 name the best, 1 tie with it within noise (+- 3.0 % at most); explain said X or Y for 1"
    )
