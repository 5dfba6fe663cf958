"""Promises of the indicators: they are what one computes by hand."""

from math import isclose, nan

import pytest

from twin.indicators import indicators
from twin.line.state import BLOCKED, BUSY, DOWN, IDLE, MAINTENANCE, OFF_SHIFT, SETUP, STATES
from twin.plan import Plan, StudySettings
from twin.plant import Plant
from twin.records import Records
from twin.store import run_context
from twin.tables import to_arrow

DAY = 86400.0
PLAN = Plan(
    name="bare", question="?", products={}, plant=Plant(), study=StudySettings(warm_up=DAY, horizon=4 * DAY)
)  # fmt: skip
WIDTH = 0.5


class Writer:
    """Writes records by hand: coated rolls and what becomes of them."""

    def __init__(self) -> None:
        self.records = Records()

    def roll(self, lot, end, length, *, startup=0.0, product="clad", area_in=0.0):
        """Write an operation of the coater that ends then and makes a roll."""
        code, area = self.records.code, length * WIDTH
        self.records.visits.extend(
            (lot, code("coater"), code("coater"), code("coating"), 0, 1, end - 100, end - 50, end,
             9.0, 9.0, 0.0, length, 0, 0, area_in, area)
        )  # fmt: skip
        if startup:
            self.use(lot, end, "scrap", "start-up", startup, product)

    def use(self, lot, at, kind, item, amount, product="clad", cost=0.0):
        """Write what a lot took in or gave off."""
        code = self.records.code
        row = (lot, code(product), code("coater"), code("coating"), code(kind), code(item), at, amount, cost)
        self.records.consumption.extend(row)

    def lot(self, lot, ended, fate, *, length=0.0, panels=0.0, grade=0, origin=None, product="clad", born=0.0):
        """Write the end of a lot."""
        code, area = self.records.code, length * WIDTH + panels * 0.1
        self.records.lots.extend(
            (lot, lot, code(product), code("roll"), code("x"), born, ended, code(fate), grade, code(fate),
             9.0, length, panels, area, 1.0, lot if origin is None else origin, born)
        )  # fmt: skip

    def verdict(self, lot, at, action, *, limit="A09", value=0.0, lower=1.0, upper=9.0, length=0.0, product="clad"):
        """Write a verdict."""
        code = self.records.code
        self.records.dispositions.extend(
            (lot, code(product), code("coating"), code(limit), at, value, lower, upper, code(action),
             9.0, length, 0.0, length * WIDTH)
        )  # fmt: skip

    def state(self, unit, state, start, end):
        """Write a state of a machine."""
        self.records.states.extend((self.records.code(unit), state, start, end, -1))

    def found(self):
        """Return the value of each indicator by name, subject and detail."""
        table = indicators(to_arrow(self.records, PLAN, 0, run_context(PLAN)), PLAN, 0, run_context(PLAN))
        return {(row["indicator"], row["subject"], row["detail"]): row["value"] for row in table.to_pylist()}


def test_yield_and_losses_are_those_of_a_hand_made_cohort():
    """Four rolls of 50 m2: shipped, downgraded, scrapped, cut by 40 m; each with start-up; and one of the warm-up."""
    writer = Writer()
    for lot in range(4):
        writer.roll(lot, 2 * DAY, 100.0, startup=10.0)
    writer.roll(4, 0.5 * DAY, 100.0)
    writer.lot(0, 3 * DAY, "shipped", length=100.0)
    writer.lot(1, 3 * DAY, "shipped", length=100.0, grade=1)
    writer.verdict(1, 2.5 * DAY, "downgrade", value=10.0)
    writer.lot(2, 3 * DAY, "scrapped", length=100.0)
    writer.verdict(2, 2.5 * DAY, "noted", limit="A01", value=0.0)
    writer.verdict(2, 2.5 * DAY, "scrap", limit="A10", value=0.0)
    writer.lot(3, 3 * DAY, "shipped", length=60.0)
    writer.verdict(3, 2.5 * DAY, "cut", limit="A03", value=49.0, upper=9.0, length=100.0)
    writer.lot(4, 0.8 * DAY, "scrapped", length=100.0)
    found = writer.found()
    assert isclose(found["yield", "", ""], 80.0 / 200.0)
    assert isclose(found["yield_gross", "", ""], 80.0 / 220.0)
    assert isclose(found["apart_share", "", "start-up"], 20.0 / 220.0)
    lost = {detail: value * 4 for (name, subject, detail), value in found.items() if (name, subject) == ("lost", "")}
    expected = {"coating A09 too high": 50.0, "coating A10 too low": 50.0, "coating A03 too high": 20.0, "other": 0.0}
    assert lost == pytest.approx(expected)
    assert isclose(found["released", "clad", ""], 80.0 / 4)
    assert isclose(found["released_second", "", ""], 50.0 / 4)
    assert isclose(found["coated", "", ""], 220.0 / 4)


def test_a_roll_that_is_cut_into_panels_counts_once():
    """A roll of 50 m2 that becomes 300 and 190 panels of 0.1 m2 leaves 1 m2 of trim; its scrapped sublot is lost."""
    writer = Writer()
    writer.roll(0, 2 * DAY, 100.0)
    writer.lot(0, 2.1 * DAY, "cut", panels=490.0)
    writer.lot(1, 3 * DAY, "shipped", panels=300.0, origin=0)
    writer.lot(2, 3 * DAY, "scrapped", panels=190.0, origin=0)
    writer.verdict(2, 3 * DAY, "scrap", limit="expired panels", lower=nan, upper=nan)
    found = writer.found()
    assert isclose(found["yield", "", ""], 30.0 / 49.0)
    assert isclose(found["apart_share", "", "panel trim"], 1.0 / 50.0)
    assert isclose(found["lost", "", "expired panels"], 19.0 / 4)


def test_a_roll_with_a_part_still_inside_is_not_judged_yet():
    """Only rolls of which every part has ended belong to the cohort."""
    writer = Writer()
    writer.roll(0, 2 * DAY, 100.0)
    writer.lot(0, 2.1 * DAY, "cut", panels=500.0)
    writer.lot(1, 3 * DAY, "shipped", panels=300.0, origin=0)
    writer.lot(2, 5 * DAY, "inside", panels=200.0, origin=0)
    assert writer.found()["yield", "", ""] is None


def test_money_energy_and_solvents_are_sums_over_the_window():
    """Cost and energy per good area, solvents per day; what came before the window does not count."""
    writer = Writer()
    writer.roll(0, 2 * DAY, 100.0)
    writer.lot(0, 3 * DAY, "shipped", length=100.0)
    for at in (0.5 * DAY, 2 * DAY):
        writer.use(0, at, "feed", "NMP", 10.0, cost=25.0)
        writer.use(0, at, "utility", "electricity_kWh", 20.0, cost=5.0)
        writer.use(0, at, "utility", "steam_MJ", 36.0)
        writer.use(0, at, "utility", "cooling_MJ", 36.0)
        writer.use(0, at, "loss", "vapour NMP", 8.0)
        writer.use(0, at, "loss", "recovered NMP", 4.0)
        writer.use(0, at, "loss", "splice web", 1.0)
    found = writer.found()
    assert isclose(found["cost", "", ""], 30.0 / 50.0)
    assert isclose(found["energy", "", ""], 30.0 / 50.0)
    assert isclose(found["solvent_lost", "clad", ""], 2.0)
    assert isclose(found["solvent_recovered", "", ""], 1.0)


def test_oee_is_availability_times_effectiveness_times_quality():
    """A machine off shift for one of four days and busy for half of the rest, with half loads and half its mass bad."""
    writer = Writer()
    edges = ((IDLE, 0, 1), (OFF_SHIFT, 1, 2), (BUSY, 2, 3.5), (BLOCKED, 3.5, 4), (DOWN, 4, 4.5), (SETUP, 4.5, 5))
    for state, start, end in edges:
        writer.state("oven", state, start * DAY, end * DAY)
    code = writer.records.code
    for lot, load, start in ((0, 1, 2.0), (1, 1, 2.5), (2, 2, 0.1), (3, 2, 0.1)):
        writer.records.visits.extend(
            (lot, code("oven"), code("oven"), code("coating"), 0, load, start * DAY, start * DAY, (start + 0.5) * DAY,
             9.0, 9.0, 1.0, 1.0, 0, 0, 1.0, 1.0)
        )  # fmt: skip
        writer.lot(lot, 4.9 * DAY, "shipped", length=1.0)
    writer.verdict(0, 2.6 * DAY, "repeat")
    found = writer.found()
    assert isclose(found["availability", "oven", ""], 0.5)
    assert isclose(found["effectiveness", "oven", ""], 0.5)
    assert isclose(found["quality", "oven", ""], 0.5)
    assert isclose(found["oee", "oven", ""], 0.125)
    assert isclose(found["occupied", "oven", ""], 0.5)
    assert isclose(found["workload", "oven", ""], 2.0 / 2.5)
    assert isclose(found["bottleneck", "", "oven"], 0.8)


def test_planned_maintenance_is_no_planned_busy_time():
    """Two days busy of the three that are not maintenance; all four days count for SEMI E79 and for the time shares."""
    writer = Writer()
    for state, start, end in ((BUSY, 1, 3), (MAINTENANCE, 3, 4), (DOWN, 4, 5)):
        writer.state("oven", state, start * DAY, end * DAY)
    found = writer.found()
    assert STATES[MAINTENANCE].iso_22400 == "APMT"
    assert isclose(found["availability", "oven", ""], 2.0 / 3.0)
    assert isclose(found["oee", "oven", ""], 2.0 / 3.0)
    assert isclose(found["oee_e79", "oven", ""], 0.5)
    assert isclose(found["time_share", "oven", "maintenance"], 0.25)


def test_mass_and_area_inside_change_where_operations_end():
    """A lot of 9 kg is coated (50 m2) on day 2, halved on day 3, and ships on day 4 with 9 kg and 5 m2."""
    writer = Writer()
    writer.roll(0, 2 * DAY, 100.0)
    code = writer.records.code
    writer.records.visits.extend(
        (0, code("oven"), code("oven"), code("curing"), 0, 1, 2 * DAY, 2 * DAY, 3 * DAY,
         9.0, 4.5, 100.0, 50.0, 0, 0, 50.0, 25.0)
    )  # fmt: skip
    writer.lot(0, 4 * DAY, "shipped", length=10.0)
    rows = indicators(to_arrow(writer.records, PLAN, 0, run_context(PLAN)), PLAN, 0, run_context(PLAN)).to_pylist()
    found = {row["indicator"]: row["numerator"] / DAY for row in rows if row["subject"] == ""}
    assert isclose(found["wip_lots"], 3.0)
    assert isclose(found["wip_mass"], 9.0 + 9.0 + 9.0)
    assert isclose(found["wip_area"], 0.0 + 50.0 + 5.0)
