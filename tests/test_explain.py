"""What limits a line, worked out without a run."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from resource import RUSAGE_CHILDREN, getrusage
from types import SimpleNamespace

import pytest

from twin import explained
from twin.bench.agreement import agreements, random_plant
from twin.building import build
from twin.capacity import PANELS, available, need
from twin.explain import PARTS, Capacity, _conclusion, explain, offered_load, relieved
from twin.laboratory import TIMES
from twin.layout import short
from twin.line.line import Line
from twin.plan import Plan
from twin.scenario import baseline, load

PLANTS = 6


@pytest.fixture(params=[-1, *range(PLANTS)], ids=lambda number: "baseline" if number < 0 else f"plant {number}")
def plan(request: pytest.FixtureRequest) -> Plan:
    return baseline() if request.param < 0 else random_plant(request.param)


def test_to_explain_needs_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """No event is played."""

    def refuse(*_: object) -> None:
        raise AssertionError

    for name in ("run", "begin", "after"):
        monkeypatch.setattr(Line, name, refuse)
    assert explain(baseline()).bottlenecks


HEAVY = ("pandas", "pyarrow", "duckdb", "matplotlib", "scipy.optimize", "twin.store", "twin.study")
LOADED = f"""
import sys
from twin.cli import main
main(["explain", "baseline"])
print("loaded", [name for name in {HEAVY!r} if name in sys.modules])
"""


def spent(*command: str) -> tuple[float, str]:
    """What a Python process takes of the processor, seen from outside [s], and what it prints."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}  # which takes time
    before = getrusage(RUSAGE_CHILDREN)
    told = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, check=True, timeout=60, env=plain
    ).stdout
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, told


def test_the_command_takes_less_than_two_seconds() -> None:
    """All of the process, once the physics is compiled; one of five, for a busy machine slows each down."""
    explain(baseline())  # compiles what a new machine has not compiled yet
    assert any(spent("-m", "twin", "explain", "baseline")[0] < 2.0 for _ in range(5))


def test_the_command_loads_only_what_it_needs() -> None:
    """Neither tables nor a store nor the optimizers, which take longer to load than the question to answer."""
    told = spent("-c", LOADED)[1].splitlines()
    assert any(line.startswith("bottleneck ") for line in told)
    assert told[-1] == "loaded []"


def test_the_first_station_named_is_the_one_whose_relief_brings_most(plan: Plan) -> None:
    """No other station's relief brings more; at most two are named, and stations come in the order of the process."""
    found = explain(plan)
    relief = {one.station: one.relief for one in found.stations}
    assert relief[found.bottlenecks[0]] == max(relief.values())
    assert len(set(found.bottlenecks)) == len(found.bottlenecks) <= 2
    assert found.margin >= 0.0
    assert [one.station for one in found.stations] == [station for station in PARTS if station in relief]


def test_no_station_is_asked_for_more_than_it_can_do(plan: Plan) -> None:
    """The best rate needs at most all hours of any station, a day has at most 24, and something limits the line."""
    found = explain(plan)
    assert all(0.0 <= one.load <= 1.0 + 1e-9 for one in found.stations)
    assert all(0.0 < one.available <= 24.0 for one in found.stations)
    assert all(one.relief >= -1e-6 for one in found.stations)
    rolls = [one for one in found.stations if one.station not in PANELS]  # panels are drilled as far as the laser can
    assert all(one.allowed >= sum(found.rate.values()) * (1.0 - 1e-9) for one in rolls)


def test_capacity_and_load_are_areas_that_pass_the_station(plan: Plan) -> None:
    """Load is demand over capacity; each station is brought what the best rate coats of the products that pass it."""
    found = explain(plan)
    for one in found.stations:
        assert one.demand == pytest.approx(one.load * one.capacity, rel=1e-9)
        passing = sum(rate for name, rate in found.rate.items() if one.hours[name] > 0.0)
        if one.station in PANELS:
            assert one.demand <= passing  # not all rolls are drilled here
        else:
            assert one.demand == pytest.approx(passing, rel=1e-9)
            assert one.allowed * passing == pytest.approx(one.capacity * sum(found.rate.values()), rel=1e-9)


def test_the_screen_has_capacity_and_load_in_square_metres_a_day() -> None:
    """Beside each other, for each station; only laminate is cured, so the oven's are below the line's rate."""
    found = explain(baseline())
    oven = next(one for one in found.stations if one.station == "oven")
    heads, row = (
        next(re.split(r"\s{2,}", line) for line in explained.text("x", found).splitlines() if line.startswith(name))
        for name in ("station", "oven")
    )
    cells = dict(zip(heads, row, strict=True))
    assert cells["capacity m2/d"] == short(oven.capacity)
    assert cells["load m2/d"] == short(oven.demand) == short(found.rate["clad_laminate"])
    assert oven.demand < sum(found.rate.values()) < oven.allowed
    told = json.loads(explained.json("x", found))["stations"]
    assert [(one["capacity"], one["demand"]) for one in told] == [(one.capacity, one.demand) for one in found.stations]


@pytest.mark.parametrize(("second", "named"), [(1.05, "coater or oven"), (1.3, "coater")])
def test_a_near_tie_is_told_as_one(second: float, named: str) -> None:
    """A station that allows 5 % more than the scarcest may as well be the one: X or Y; one that allows 30 % may not."""
    scarce, other, wide = (
        Capacity(
            station=name, count=1, hours={"film": 1.0}, available=24.0, capacity=100.0 * times, demand=100.0,
            load=1.0 / times, allowed=100.0 * times, relief=relief,
        )
        for name, times, relief in (("coater", 1.0, 10.0), ("oven", second, 0.0), ("reactor", 3.0, 0.0))
    )  # fmt: skip
    told = explained.text("line", _conclusion({"film": 100.0}, [wide, scarce, other])).splitlines()
    assert f"bottleneck {named}; the next station allows {100.0 * (second - 1.0):.0f} % more" in told


def test_one_machine_more_never_lowers_the_rate(plan: Plan) -> None:
    """One machine more anywhere never lowers what the line can make, and a second one brings no more than the first."""
    before = explain(plan)
    for one in before.stations:
        after = explain(relieved(plan, one.station))
        same = next(other for other in after.stations if other.station == one.station)
        assert same.count == one.count + 1
        assert same.allowed >= one.allowed * (1.0 - 1e-9)
        assert sum(after.rate.values()) >= sum(before.rate.values()) * (1.0 - 1e-9)
        assert -1e-6 <= same.relief <= one.relief + 1e-6


def test_the_only_scarce_machine_is_the_bottleneck() -> None:
    """With many machines of every other kind, the one coater is what limits the line, and alone."""
    plan = baseline()
    plant = plan.plant
    many = {
        part: replace(getattr(plant, part), **{setting: 9})
        for station, (part, setting) in PARTS.items() if station != "coater"
    }  # fmt: skip
    found = explain(replace(plan, plant=replace(plant, **many)))
    assert found.bottlenecks == ("coater",)
    assert found.margin > 1.0


def test_maintenance_takes_its_share_of_the_day() -> None:
    """Six hours of it after each 18 h of the calendar, or of work, leave 18 h of a day; without it there are 24."""
    plan, bare = baseline(), SimpleNamespace(outages=[], maintenances=[], wears=[], units=[1], calendar=None)
    assert available(plan, bare) == 24.0
    for counter in ("calendar", "busy"):
        work = SimpleNamespace(counter=counter, every=18 * 3600.0, duration=SimpleNamespace(mean=6 * 3600.0))
        bare.maintenances = [work]
        assert available(plan, bare) == pytest.approx(18.0)


def test_a_laboratory_that_closes_holds_the_reactor() -> None:
    """Who comes at any hour waits for half of the closed hours, in the share of the day that these are."""
    held = []
    for closed in (0.0, 6.0, 12.0):
        plan = baseline()
        people = replace(plan.plant.people, lab_open=0.0, lab_close=(24.0 - closed) * 3600.0)
        plan = replace(plan, plant=replace(plan.plant, people=people))
        held.append(need(plan, build(plan, 0, 0, None), "clad_laminate").hours["reactor"])
    assert held[1] > held[0]
    assert held[2] - held[0] == pytest.approx(4.0 * (held[1] - held[0]), rel=1e-9)


@pytest.mark.parametrize(
    ("scenario", "sets"), [("slow-lab", ()), ("baseline", ("plant.people.analysts=1", "plant.people.lab_delay=4"))]
)
def test_a_slow_laboratory_is_the_bottleneck(scenario: str, sets: tuple[str, ...]) -> None:
    """It is named alone, it cannot follow the coater, and an analyst more brings more than any machine."""
    plan = load(scenario, sets)
    found = explain(plan)
    assert found.bottlenecks == ("laboratory",)
    laboratory = found.stations[-1]
    assert laboratory.count == plan.plant.people.analysts
    assert laboratory.load == pytest.approx(1.0, rel=1e-9)
    assert laboratory.relief > 5.0 * max(one.relief for one in found.stations[:-1])
    assert relieved(plan, "laboratory").plant.people.analysts == laboratory.count + 1
    loads = offered_load(plan)
    assert loads["laboratory"] == max(loads.values()) > 1.2
    told = explained.text(scenario, found, "released more")
    assert "bottleneck laboratory;" in told
    assert told.endswith("one more analyst: released more")
    assert json.loads(explained.json(scenario, found))["stations"][-1]["relief"] == laboratory.relief


def test_results_that_come_late_by_the_clock_hold_the_reactor() -> None:
    """With analysts enough in a laboratory that opens for two hours a day, the reactor that waits is what limits."""
    found = explain(load("baseline", ("plant.people.analysts=8", "plant.people.lab_close=8 h")))
    assert "reactor" in found.bottlenecks
    assert found.stations[-1].load < 0.7


def test_the_hours_of_the_laboratory_are_those_of_its_samples() -> None:
    """A laminate roll is analysed once, its varnish and batches in their shares; twice the time, twice the hours."""
    plan = baseline()
    making = plan.plant.clad_laminate
    once, twice = (
        need(one, build(one, 0, 0, None), "clad_laminate").hours["laboratory"]
        for one in (plan, load("baseline", ("plant.people.lab_delay=2",)))
    )
    mean = {stage: sum(times) / 3.0 for stage, times in TIMES.items()}
    assert twice == pytest.approx(2.0 * once, rel=1e-9)
    per_roll = mean["curing"] + mean["dissolution"] / 6.0
    batches = (once - per_roll) / (mean["synthesis"] + mean["imidization"] + mean["precipitation"])
    assert batches == pytest.approx(making.varnish_powder / making.powder_batch / 6.0, rel=0.1)


@pytest.mark.slow
def test_the_station_named_is_the_one_that_the_simulation_finds() -> None:
    """Of 50 random plants, the named station's relief is the best within noise in at least 45."""
    assert sum(one.agrees for one in agreements(50)) >= 45
