"""Laws of the laser: what opens a via, what keeps its burr, and how fast it may go."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.draws import Draws
from twin.material import Lot
from twin.polymer import ablation
from twin.stage import Outcome, Visit
from twin.stages.drilling import Drilling

STEADY = {"fluence_sd": 0.0, "focus_sd": 0.0, "hole_sd": 0.0}
COEFFICIENT = ablation.absorption(3.0e6, 5e5, 32.5 / 132.5)  # 1/m, of the film of Example 1
CLAD = {"rate": 45.0, "fluence": 1900.0, "exit_limit": 0.5}


def a_sublot(thickness: float = 5e-6, **properties: float) -> Lot:
    """Give 400 panels with a film of that thickness."""
    known = {"dry_thickness": thickness} | properties
    return Lot(9, "adhesive_film", "laminated_panels", mass=40.0, panels=400.0, properties=known)


def drilled(lot: Lot | None = None, visit: Visit = Visit(), number: int = 9, **changes: float) -> Outcome:  # noqa: B008 - immutable
    """Run the stage without scatter, but for what is changed."""
    stage = replace(Drilling(), **(STEADY | changes))
    return stage.run(lot or a_sublot(), visit, Draws(1, source="drilling", number=number))


def test_the_rule_of_table_1():
    """One set of constants reaches 10 um at 100 holes/s and 20 kHz: 5 um is good, 15 um stays unopened."""
    five, fifteen = drilled(a_sublot(5e-6)).measures, drilled(a_sublot(15e-6)).measures
    assert five["capability"] == pytest.approx(10e-6, abs=0.5e-6)
    assert five["etch_depth"] == pytest.approx(0.25e-6, abs=0.002e-6)
    assert five["pulses_per_hole"] == 160.0
    assert five["capability"] / five["etch_depth"] == pytest.approx(40.0)
    assert (five["laser_class"], fifteen["laser_class"]) == (1.0, 3.0)
    assert (five["good_fraction"], fifteen["unopened_fraction"]) == (1.0, 1.0)


@pytest.mark.parametrize(("thickness", "rate"), [(5e-6, 143.0), (15e-6, 59.0)])
def test_the_highest_rates_are_those_of_the_issue(thickness: float, rate: float):
    """A quarter deeper than the film, the laser opens 5 um at up to 143 holes/s and 15 um at up to 59."""
    lot = a_sublot(thickness)
    assert drilled(lot).measures["highest_rate"] == pytest.approx(rate, abs=0.5)
    assert drilled(lot, rate=rate - 2.0).measures["laser_class"] < 3.0
    assert drilled(lot, rate=rate + 2.0).measures["laser_class"] == 3.0


def test_five_micrometres_open_wide():
    """The far end of a via through the adhesive film is between 0.82 and 0.9 of its bore, above the limit of 0.8."""
    assert 0.82 < drilled().measures["exit_ratio"] < 0.9


def test_the_bore_of_the_patent_is_as_steep_as_any():
    """The bore is 40 um; one of 80 um narrows by as much, at the same slope, and takes longer."""
    usual, wide = drilled(), drilled(bore_radius=40e-6)
    assert 2.0 * Drilling().bore_radius == 40e-6
    assert 80e-6 * (1.0 - wide.measures["exit_ratio"]) == pytest.approx(40e-6 * (1.0 - usual.measures["exit_ratio"]))
    assert wide.measures["highest_rate"] < usual.measures["highest_rate"]


def test_triangles_are_the_planned_loss():
    """Scatter of fluence and thickness leaves burr in 1-3 % of the adhesive's sublots, and hardly any via shut."""
    stage, scatter = Drilling(), np.random.default_rng(1)
    thick = 5e-6 * (1.017 + 0.02 * scatter.standard_normal(2000))
    worn = scatter.uniform(0.0, 1.8e6, 2000)
    runs = [stage.run(a_sublot(thick[k]), Visit(service=worn[k]), Draws(3, number=k)) for k in range(2000)]
    classes = np.array([run.measures["laser_class"] for run in runs])
    assert 0.008 < np.mean(classes == 2.0) < 0.03
    assert not np.any(classes == 3.0)


def test_the_wander_along_the_web_leaves_burr():
    """Thickness along the web scatters as from hole to hole, and the thickest place has the narrowest far end."""
    even, wandering = a_sublot(5.6e-6), a_sublot(5.6e-6, along_sd=0.03, thickest_along=1.06)
    steady, along, holes = drilled(even).measures, drilled(wandering).measures, drilled(even, hole_sd=0.03).measures
    assert along["triangle_fraction"] == holes["triangle_fraction"] > steady["triangle_fraction"]
    thick = drilled(a_sublot(5.6e-6 * 1.06)).measures
    for name in ("exit_ratio", "highest_rate"):
        assert along[name] == pytest.approx(thick[name], rel=1e-12)
        assert along[name] < steady[name]


def test_the_laminate_passes_at_its_own_rate():
    """20 um of plain polyimide at 45 holes/s opens at three standard deviations of fluence, focus and wear."""
    lot = a_sublot(20.6e-6, epoxy_phr=0.0)
    stage = replace(Drilling(), **CLAD)
    for number in range(200):
        assert stage.run(lot, Visit(service=1.8e6), Draws(5, number=number)).measures["laser_class"] == 1.0
    assert drilled(lot, **CLAD | {"fluence": 1900.0 * 0.91}).measures["laser_class"] == 1.0


def test_a_hundred_holes_a_second_do_not_open_the_laminate():
    """At the adhesive's rate the laminate's 20 um stay shut."""
    assert drilled(a_sublot(20e-6, epoxy_phr=0.0)).measures["laser_class"] == 3.0


@given(
    thickness=st.floats(1e-6, 60e-6),
    rate=st.floats(1.0, 900.0),
    epoxy=st.floats(0.0, 300.0),
    fluence=st.floats(1.0, 1e5),
    scatter=st.sampled_from([0.0, 0.01]),
)
def test_shares_are_shares_and_sum_to_one(thickness: float, rate: float, epoxy: float, fluence: float, scatter: float):
    """Good, burred and unopened holes are all the holes; nothing is NaN, mass is panels or ablated, panels stay."""
    lot = a_sublot(thickness, epoxy_phr=epoxy)
    done = drilled(lot, rate=rate, fluence=fluence, hole_sd=scatter)
    shares = [done.measures[name] for name in ("good_fraction", "triangle_fraction", "unopened_fraction")]
    assert sum(shares) == pytest.approx(1.0, abs=1e-12)
    assert min(shares) >= 0.0
    assert np.isfinite(list(done.measures.values())).all()
    assert done.lot.mass + done.losses["ablated film"] == pytest.approx(lot.mass, rel=1e-12)
    assert done.lot.panels == lot.panels


def test_slower_is_deeper_and_thicker_is_narrower():
    """Capability falls with the rate, the far end with the thickness."""
    deep = [drilled(rate=rate).measures["capability"] for rate in (50.0, 100.0, 200.0, 400.0)]
    wide = [drilled(a_sublot(um * 1e-6)).measures["exit_ratio"] for um in (3.0, 5.0, 10.0, 15.0)]
    assert deep == sorted(deep, reverse=True)
    assert wide == sorted(wide, reverse=True)
    assert deep[0] > deep[-1]


def test_below_the_threshold_nothing_is_drilled():
    """A fluence below the threshold reaches no depth, opens no hole, and allows no rate."""
    done = drilled(fluence=500.0)
    assert (done.measures["capability"], done.measures["highest_rate"]) == (0.0, 0.0)
    assert done.measures["laser_class"] == 3.0


def test_epoxy_leaves_burr_where_there_is_too_much():
    """Epoxy absorbs less, so that more of it raises the threshold and narrows the far end."""
    ends = [drilled(a_sublot(epoxy_phr=phr)).measures["exit_ratio"] for phr in (0.0, 10.0, 25.0, 40.0)]
    assert ends == sorted(ends, reverse=True)
    assert drilled(a_sublot(epoxy_phr=50.0)).measures["laser_class"] == 2.0


def test_the_thickest_lane_decides_where_no_lanes_are_known():
    """A hole opens by the thickest lane of its film where that alone is known."""
    known = drilled(a_sublot(5e-6, thickest_lane=9e-6)).measures
    assert known == drilled(a_sublot(9e-6)).measures


def lanes(*relative: float) -> dict[str, float]:
    """Name the relative thickness of five lanes."""
    return {f"lane_{number}": value for number, value in enumerate(relative, start=1)}


def test_holes_are_counted_over_the_lanes():
    """Of five lanes one of 15 um stays shut, one of 7 um keeps burr, three are good; each has a fifth of the holes."""
    done = drilled(a_sublot(5e-6, **lanes(1.0, 1.0, 1.0, 1.4, 3.0))).measures
    assert [done[f"{name}_lanes"] for name in ("good", "triangle", "unopened")] == [3.0, 1.0, 1.0]
    shares = [done[f"{name}_fraction"] for name in ("good", "triangle", "unopened")]
    assert shares == pytest.approx([0.6, 0.2, 0.2])
    assert done["laser_class"] == 3.0
    for name in ("highest_rate", "exit_ratio"):
        assert done[name] == pytest.approx(drilled(a_sublot(15e-6)).measures[name], rel=1e-12)


def test_an_even_web_is_one_lane():
    """Five lanes of the mean thickness give what the mean thickness gives, whichever lane is named or left out."""
    even, plain = drilled(a_sublot(5e-6, **lanes(*[1.0] * 5))), drilled(a_sublot(5e-6, lane_1=1.0))
    assert even.measures == plain.measures
    alone = drilled(a_sublot(5e-6)).measures
    assert {name: even.measures[name] for name in alone if "lanes" not in name} == pytest.approx(
        {name: alone[name] for name in alone if "lanes" not in name}
    )


def test_what_is_drilled_out_leaves_the_panel():
    """800 000 holes through 5 um take the volume of their truncated cones away, at the density of the film."""
    lot = a_sublot(5e-6, film_density=1350.0)
    done = drilled(lot)
    end = 40e-6 * done.measures["exit_ratio"]
    volume = np.pi / 12.0 * 5e-6 * (40e-6**2 + 40e-6 * end + end**2)
    assert done.losses["ablated film"] == pytest.approx(800_000 * volume * 1350.0, rel=1e-9)
    assert drilled(lot, fluence=500.0).losses["ablated film"] == 0.0


def test_depth_peaks_at_e_times_the_threshold():
    """Epoxy first speeds drilling, then slows it: a pulse goes deepest where the fluence is e times the threshold."""
    bare = ablation.incubated_threshold(1000.0, 40.0, 0.9)
    best = 3.0e6 * bare * np.e / 3000.0  # 1/m, absorption at which the threshold is a share 1/e of 3000 J/m2
    share = (3.0e6 - best) / (3.0e6 - 5e5)
    near = [share - 0.1, share - 0.01, share, share + 0.01, share + 0.1]
    depths = [drilled(a_sublot(reactive_share=one), fluence=3000.0).measures["etch_depth"] for one in near]
    assert max(depths) == depths[2] == pytest.approx(1.0 / best, rel=1e-9)
    assert depths[0] < depths[1]
    assert depths[3] > depths[4]


@given(weak=st.floats(200.0, 5000.0), more=st.floats(1.0, 3.0))
def test_more_fluence_is_never_less_deep_or_narrower(weak: float, more: float):
    """Depth, capability, rate and far end rise with the fluence, and the class never worsens."""
    one, other = drilled(fluence=weak).measures, drilled(fluence=weak * more).measures
    for name in ("etch_depth", "capability", "highest_rate", "exit_ratio", "good_fraction"):
        assert other[name] >= one[name]
    assert other["laser_class"] <= one["laser_class"]


def test_a_film_says_itself_what_it_holds():
    """A share of epoxy and hardener counts before parts of epoxy with the patent's hardener."""
    assert drilled(a_sublot(reactive_share=32.5 / 132.5, epoxy_phr=0.0)).measures == drilled(a_sublot()).measures


def test_few_pulses_a_point_are_an_extrapolation():
    """The depth a pulse is that after 40 pulses: a rate that leaves a point fewer is marked, the recipes' are not."""
    mark = "extrapolated: drilling, pulses a point"
    assert drilled(rate=100.0).measures["pulses_per_hole"] / 4.0 == 40.0
    assert mark not in drilled(rate=100.0).flags
    assert mark not in drilled(rate=CLAD["rate"]).flags
    assert mark in drilled(rate=101.0).flags
    assert mark in drilled(rate=100.0, bore_radius=25e-6).flags


def test_time_is_vias_and_handling():
    """400 panels of 2000 vias at 100/s with 25 s of handling take 5 h; what had run is not run again."""
    assert drilled().duration == pytest.approx(18000.0)
    assert drilled(visit=Visit(elapsed=5000.0)).duration == pytest.approx(13000.0)
    assert drilled().utilities == pytest.approx(
        {"electricity_kWh": 20.0, "laser_h": 20.0 / 9.0, "operator_h": 25.0 / 9.0}
    )


def test_a_window_in_service_fouls():
    """The fluence falls with the time in service, by 2 % in 500 h."""
    fresh, worn = drilled().measures, drilled(visit=Visit(service=1.8e6), focus_drift=0.0).measures
    assert fresh["etch_depth"] - worn["etch_depth"] == pytest.approx(0.02 / COEFFICIENT, rel=1e-6)


def test_the_focus_drifts_in_service():
    """A focus 100 um off halves the fluence, and it gets there in service alone."""
    away = {"focus_drift": 100e-6 / 1.8e6, "fouling": 0.0, "fluence": 4000.0}
    fresh, worn = drilled(**away).measures, drilled(visit=Visit(service=1.8e6), **away).measures
    assert fresh["etch_depth"] - worn["etch_depth"] == pytest.approx(np.log(2.0) / COEFFICIENT, rel=1e-6)
    assert drilled(visit=Visit(service=1.8e6), **away | {"focus_drift": 0.0}).measures == fresh


@pytest.mark.parametrize("scatter", ["fluence_sd", "focus_sd"])
def test_each_scatter_can_be_removed(scatter: str):
    """With one scatter alone sublots differ; with none they are alike."""
    alone = {drilled(number=k, **{scatter: getattr(Drilling(), scatter)}).measures["exit_ratio"] for k in range(5)}
    none = {drilled(number=k).measures["exit_ratio"] for k in range(5)}
    assert (len(alone), len(none)) == (5, 1)


def test_the_same_visit_has_the_same_outcome():
    """The stage is a function of lot, visit and draws, and its measures are those it declares."""
    stage, lot = Drilling(), a_sublot()
    first = stage.run(lot, Visit(), Draws(1, number=7))
    assert first == stage.run(lot, Visit(), Draws(1, number=7))
    assert set(first.measures) == set(Drilling.measures)


def test_etching_takes_half_a_micrometre_a_pulse():
    """At three times 0.1 J/cm2 a pulse takes 0.499369 um: 10 pulses leave 5 um shut and 11 not, 30 and 31 15 um."""
    shot = {
        "pulse_frequency": 1000.0, "jump_time": 0.0, "spot_radius": 20e-6, "margin": 1.0, "fluence": 3000.0,
        "first_threshold": 1000.0, "incubation": 1.0, "polyimide_absorption": 2.2e6,
    }  # fmt: skip
    for film, pulses in ((5e-6, 11), (15e-6, 31)):
        few, enough = (drilled(a_sublot(film, epoxy_phr=0.0), **shot, rate=1000.0 / n) for n in (pulses - 1, pulses))
        assert enough.measures["etch_depth"] == pytest.approx(0.499369e-6, rel=1e-6)
        assert [one.measures["unopened_fraction"] for one in (few, enough)] == [1.0, 0.0]


@pytest.mark.parametrize(("coefficient", "share", "ends"), [(2.2e6, 1.73, (32.9, 25.9)), (4e6, 2.72, (36.0, 32.1))])
def test_depth_fixes_fluence_and_absorption_together_alone(coefficient: float, share: float, ends: tuple[float, float]):
    """0.25 um a pulse comes of 1.73 thresholds at 2.2e4 /cm and of 2.72 at 4e4 /cm; their far ends tell them apart."""
    fluence = np.exp(coefficient * 0.25e-6)  # Beer and Lambert, turned round
    found = [ablation.exit_diameter(40.0, film, ablation.wall_slope(fluence, 1.0)) for film in (5.0, 10.0)]
    assert (round(fluence, 2), *(round(one, 1) for one in found)) == (share, *ends)


def test_rates_by_thickness():
    """At 0.25 um a pulse and a margin of 1.25 films of 3, 5, 7, 10, 15 um allow 200, 143, 111, 83, 59 holes/s."""
    rates = [ablation.highest_rate(1.25 * film / 0.25, 20e3, 2e-3, 10.0, 20.0) for film in (3.0, 5.0, 7.0, 10.0, 15.0)]
    assert [round(rate) for rate in rates] == [200, 143, 111, 83, 59]


def test_far_ends_at_three_thresholds():
    """At three thresholds 40 um holes through 5, 10, 15 um end at 36.5, 32.9, 29.4 um; without a slope they stay."""
    slope = ablation.wall_slope(3.0, 1.0)
    ends = [ablation.exit_diameter(40.0, film, slope) for film in (5.0, 10.0, 15.0)]
    assert [round(end, 1) for end in ends] == [36.5, 32.9, 29.4]
    assert ablation.wall_slope(1e9, 1.0) == pytest.approx(0.0, abs=1e-8)


def test_scatter_of_thickness_sharpens_into_a_step():
    """As the scatter of holes goes to nothing the share of shut ones becomes 0 or 1; half of them lie at the bound."""
    for film, limit in ((7.9e-6, 0.0), (8.1e-6, 1.0)):
        shut = [ablation.share_beyond(8e-6, film, sd) for sd in (0.1, 0.03, 0.003, 0.0)]
        assert [abs(one - limit) for one in shut] == sorted((abs(one - limit) for one in shut), reverse=True)
        assert shut[-1] == limit
