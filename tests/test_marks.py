"""Laws of the measured marks: what measures takes no part in what is measured."""

from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import pytest

from twin.bench import demo
from twin.bench import year as bench
from twin.bench.marks import LIMITS, verdict
from twin.bench.year import DAY, Timed, Year, year, year_plan
from twin.errors import RunError
from twin.products import Product

MAKEFILE = Path(__file__).parent.parent / "Makefile"


def test_the_cost_of_a_year_can_be_measured_on_less():
    """Ten days of the plant with timed stages: parts of the time are no more than the whole, and rolls were coated."""
    found = year(10.0 * DAY, rounds=1)
    assert 0.0 < found.physics_cpu_share < 1.0
    assert 0.0 < found.physics_ms_per_roll < 1e3 * found.year_cpu_s
    assert found.visits_per_cpu_s > 0.0


def test_the_cost_of_a_year_is_the_median_of_rounds(monkeypatch):
    """One slow round, or one fast one, changes nothing; each figure has its own median."""
    rounds = [Year(9.0, 3.0, 0.3, 1.0), Year(90.0, 1.0, 0.2, 9.0), Year(10.0, 2.0, 0.1, 2.0)]
    monkeypatch.setattr(bench, "simulate", lambda *_: None)
    monkeypatch.setattr(bench, "_once", lambda _: rounds.pop())
    assert bench.year(DAY) == Year(10.0, 2.0, 0.2, 2.0)
    assert not rounds


def test_the_demo_is_what_make_demo_runs(monkeypatch):
    """The same command, into folders that are empty and gone afterwards; the median of three; a failure is one line."""
    commands, clock = [], iter([0.0, 60.0, 100.0, 190.0, 200.0, 270.0, 300.0, 301.0])

    def started(command: list[str], *, env: dict[str, str], **_: object) -> SimpleNamespace:
        commands.append(command)
        store, home = Path(command[-1]), Path(env["PREFECT_HOME"])
        assert store.parent == home.parent
        assert list(store.parent.iterdir()) == []
        return SimpleNamespace(returncode=int(len(commands) > 3), stderr="error: no room\n")

    monkeypatch.setattr(demo, "monotonic", lambda: next(clock))
    monkeypatch.setattr(demo.subprocess, "run", started)
    assert demo.demo_s() == 70.0
    asked = next(
        line for line in MAKEFILE.read_text(encoding="utf-8").splitlines() if "twin run baseline --pre" in line
    )
    assert " ".join(commands[0][1:6]) == f"-m {asked.split(maxsplit=1)[1]}"
    assert len({command[-1] for command in commands}) == 3
    with pytest.raises(RunError, match="ended with 1: error: no room"):
        demo.demo_s(1)


def test_a_timed_stage_shows_the_settings_of_the_stage():
    """Line and plan read settings from a stage; through the clock they read the same."""
    for product in year_plan().products.values():
        _shows_the_same(product)


def _shows_the_same(product: Product) -> None:
    for stage in product.procedure.values():
        timed, names = Timed(stage), [one.name for one in fields(stage)]
        assert all(getattr(timed, name) == getattr(stage, name) for name in names)


@pytest.mark.parametrize(("name", "sign", "limit"), [(name, *rule) for name, rule in LIMITS.items()])
def test_a_mark_is_met_up_to_its_limit(name, sign, limit):
    """At the limit it is met, one part in a thousand beyond it is not."""
    beyond = limit * (0.999 if sign == ">=" else 1.001)
    assert verdict(name, limit).startswith("ok")
    assert verdict(name, beyond).startswith("MISSED")
