"""Laws of what lots have in common and what is their own: resin and foil of rolls, age of a pool, life of a varnish."""

import json
from collections import defaultdict
from itertools import combinations, pairwise

import pytest
from decoded import rows

from twin.building import build
from twin.draws import Draws
from twin.line import snapshot
from twin.line.dividing import picked
from twin.line.line import Line
from twin.plant import DAY
from twin.polymer.ageing import moisture
from twin.records import Records
from twin.scenario import baseline, load
from twin.stage import MACHINE, WEB, Visit
from twin.stages.curing import Curing
from twin.stages.dissolution import Dissolution
from twin.trace.replaying import played

UNTIL = 6.0 * DAY


@pytest.fixture(scope="module")
def coated():
    """What the coater was told and answered of each roll of laminate in the first days."""
    seen = played(load("clad-only", ()), 0, range(500), UNTIL)
    return [one for (_, stage, _), one in sorted(seen.items()) if stage == "coating"]


def test_rolls_of_one_varnish_share_their_resin(coated):
    """Rolls of one varnish have one expansion, those of another varnish another."""
    found = defaultdict(set)
    for one in coated:
        found[one.lot.parents].add(one.outcome.lot.properties["expansion_score"])
    assert len(found) > 2
    assert {len(scores) for scores in found.values()} == {1}
    assert len(set().union(*found.values())) == len(found)


def test_the_line_counts_its_reels(coated):
    """On the line a roll begins where the one before ended, and neighbours on one reel have one roughness."""
    length = 0.0
    rough = defaultdict(set)
    for one in coated:
        assert one.visit.counted[WEB] == pytest.approx(length, rel=1e-12)
        total = one.outcome.lot.length + sum(one.outcome.scrap.values())
        rough[int((length + 0.5 * total) // 1000.0)].add(one.outcome.lot.properties["carrier_roughness"])
        length += total
    assert {len(values) for values in rough.values()} == {1}
    assert len(rough) == len(set().union(*rough.values())) < len(coated)
    splices = sum(one.outcome.scrap.get("splice", 0.0) for one in coated)
    assert splices >= 3.0 * (length // 1000.0)


def test_machines_unwind_reels_of_their_own():
    """Of two coaters each has its own foil: no reel of the one has the roughness of a reel of the other."""
    seen = played(load("clad-only", ("plant.coater.count=2",)), 0, range(500), UNTIL)
    rough = defaultdict(set)
    for (_, stage, _), one in seen.items():
        if stage == "coating":
            rough[one.visit.counted[MACHINE]].add(one.outcome.lot.properties["carrier_roughness"])
    assert len(rough) == 2
    assert set.intersection(*rough.values()) == set()


def test_a_snapshot_keeps_resin_and_reel():
    """A line that is cut and started anew from its data gives later rolls the resin and the foil of the uncut one."""

    def told(line: Line) -> dict[int, tuple[float | None, ...]]:
        lots = {number: item.lot.properties.get for number, item in line.items.items()}
        return {number: (get("expansion_score"), get("carrier_roughness")) for number, get in lots.items()}

    uncut = build(baseline(), 1, 0, Records())
    uncut.begin()
    uncut.run(4.0 * DAY)
    again = build(baseline(), 1, 0, Records())
    snapshot.restore(again, json.loads(json.dumps(snapshot.state(uncut))))
    for line in (uncut, again):
        line.run(UNTIL)
    assert told(again) == told(uncut)
    assert any(rough for _, rough in told(uncut).values())
    assert again.stations["coater"].units[0].counters == uncut.stations["coater"].units[0].counters


def test_curl_follows_the_resin():
    """A film curls by its resin's expansion, whichever roll it is; one that brings none draws its own."""
    resin = played(load("clad-only", ()), 0, range(500), UNTIL)
    roll = next(one for (_, stage, _), one in sorted(resin.items()) if stage == "curing")

    def curl(number: int, told: dict[str, float]) -> float:
        known = {name: value for name, value in roll.lot.properties.items() if name != "expansion_score"} | told
        draws = Draws(1, source="curing", number=number)
        done = Curing(temperature_sd=0.0).run(roll.lot._replace(properties=known), Visit(load=4), draws)
        return done.measures["curl_radius"]

    high, low = {"expansion_score": 1.0}, {"expansion_score": -1.0}
    assert curl(1, high) == curl(2, high) < curl(1, low)
    assert curl(1, {}) != curl(2, {})


def test_a_pool_has_the_age_of_its_kilograms():
    """Powder of two ages is as moist as its kilograms are on average, and not as the oldest of them is."""
    line = build(baseline(), 1, 0, Records())
    line.connect()
    days, masses = (2.0, 9.0), (30.0, 10.9)
    for age, mass in zip(days, masses, strict=True):
        item = line.new_item("orders", "clad_laminate")
        item.lot = item.lot._replace(material="powder", mass=mass, properties={"polymer_mass": mass})
        item.ended = -age * DAY
        line.buffers["powder stock"].queue.append(item)
    (pool,) = picked(line.stations["varnish tank"])
    made = Dissolution().run(pool.lot, Visit(waited=-pool.ended), Draws(1))
    wet = [moisture(0.012, 0.4, age * DAY, 60.0 * DAY) for age in days]
    weighted = wet[0] * masses[0] + wet[1] * masses[1]
    assert made.feeds["water"] == pytest.approx(weighted, rel=0.03)  # the law is almost straight over a week
    assert made.feeds["water"] < 0.6 * sum(masses) * wet[1]


@pytest.mark.parametrize(("life", "kept"), [(3.0, False), (5.0, True)])
def test_a_varnish_expires_by_its_own_life(life, kept):
    """A lot that says how long it lives leaves its buffer then, before the time that the plant would give it."""
    line = build(baseline(), 1, 0, Records())
    line.connect()
    item = line.new_item("varnish tank pool", "adhesive_film")  # the coater's turn of the film is days away
    item.lot = item.lot._replace(material="varnish", mass=8.0, properties={"varnish_life": life * DAY})
    line.buffers["varnish"].admit(item)
    line.env.run(until=4.0 * DAY)
    assert (item.lot.number in line.items) == kept


def test_the_tank_says_how_long_its_varnish_lives():
    """Acid that washing left halves the life, and a stop of the tank takes its part of it."""
    line = build(baseline(), 1, 0, Records())
    item = line.new_item("orders", "clad_laminate")

    def life(visit: Visit, told: float = 0.0) -> float:
        lot = item.lot._replace(material="powder", mass=20.0, properties={"polymer_mass": 20.0, "residual_acid": told})
        return Dissolution().run(lot, visit, Draws(1)).lot.properties["varnish_life"] / DAY

    assert life(Visit()) == pytest.approx(7.0)
    assert life(Visit(), 0.01) == pytest.approx(3.5)
    assert 0.0 < life(Visit(stopped=DAY)) < 6.0
    assert life(Visit(stopped=30.0 * DAY)) == 0.0


def test_a_coater_or_reactor_holds_its_lot_over_all_its_stages():
    """A roll is coated, predried and wound in one pass of one coater; a batch is made and imidized in one reactor."""
    line = build(load("baseline", ("plant.coater.count=2", "plant.reactor.count=2")), 1, 0, Records())
    line.begin()
    line.run(UNTIL)
    found = defaultdict(list)
    for row in rows(line.records, "visits"):
        found[row["station"], row["lot"]].append(row)
    passes, batches = ([one for (name, _), one in found.items() if name == wanted] for wanted in ("coater", "reactor"))
    for one in passes:
        assert [row["stage"] for row in one] == ["coating", "predrying", "winding"]
        assert len({(row["unit"], row["arrived"], row["start"], row["end"]) for row in one}) == 1
    for one in batches:
        assert len({(row["unit"], row["arrived"]) for row in one}) == 1
        assert [row["stage"] for row in one] == sorted((row["stage"] for row in one), reverse=True)
        assert all(before["end"] <= after["start"] for before, after in pairwise(one))
    assert sum(one[-1]["stage"] == "imidization" for one in batches) > 2
    held = [(one[0]["unit"], one[0]["start"], one[-1]["end"]) for one in batches]
    assert all(a[0] != b[0] or a[2] <= b[1] or b[2] <= a[1] for a, b in combinations(held, 2))
    assert [len({one[0]["unit"] for one in lots}) for lots in (passes, batches)] == [2, 2]
