"""Laws of the maps: they show what the stages say, shade what every limit allows, and refuse what cannot be."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from twin import cli, reports
from twin.maps import MAPS, Along, Asked, Field, Sketch, chart, ranged
from twin.maps.nominal import Walk, unscattered
from twin.material import Lot
from twin.reports.pictures import picture, save, surface
from twin.reports.pictures.gallery import FOLDER, name
from twin.scenario import baseline, load
from twin.stage import Outcome

PLAN = baseline()


def few(sketch, across=3, up=3):
    """The map with few points."""
    return sketch._replace(points=(across, up if sketch.up else 1))


@pytest.fixture(scope="module")
def found():
    """Every map of its usual product, with few points."""
    return {one.name: chart(few(one), PLAN, Asked()) for one in MAPS.values()}


@pytest.mark.parametrize("name_", list(MAPS))
def test_a_point_is_what_the_stages_say(found, name_):
    """The value at the recipe is that of a lot that walks through the stages without scatter."""
    one = found[name_]
    walk = Walk(PLAN, one.product)
    recipe, stage = walk.recipe(), one.sketch.fields[0].measure.partition(".")[0]
    stages = list(recipe)[: list(recipe).index(stage) + 1]
    measures = dict(walk.through(recipe, Lot(0, one.product), stages))[stage].measures
    measured = measures[one.sketch.fields[0].measure.partition(".")[2]]
    if one.sketch.instead:  # a longer vacuum: the same time where the recipe's suffices
        assert one.sheets[0].recipe == pytest.approx(measured / 3600.0, rel=1e-3)
    else:
        scale = {"wt%": 100.0, "N/cm": 0.01, "1": 1.0}[one.sheets[0].field.shop]
        assert one.sheets[0].recipe == pytest.approx(measured * scale, rel=1e-12)


@pytest.mark.parametrize("name_", list(MAPS))
def test_nothing_scatters(found, name_):
    """Two computations give the same numbers, and no scatter of a stage is left but that inside a lot."""
    again = chart(few(MAPS[name_]), PLAN, Asked())
    assert np.array_equal(again.sheets[0].values, found[name_].sheets[0].values)
    assert unscattered(PLAN.products["adhesive_film"].procedure["drilling"]).hole_sd > 0.0


def test_hotter_and_slower_dries_more(found):
    """Residual solvent falls with temperature and rises with speed."""
    values = found["predry"].sheets[0].values
    assert (np.diff(values, axis=1) < 0.0).all()
    assert (np.diff(values, axis=0) > 0.0).all()


def test_longer_and_hotter_crosslinks_more(found):
    """Insoluble content never falls with time or temperature."""
    values = found["cure"].sheets[0].values
    assert (np.diff(values, axis=1) >= 0.0).all()
    assert (np.diff(values, axis=0) >= 0.0).all()


def test_a_wider_gap_and_an_opener_tape_dry_faster(found):
    """Hours to 5 wt% never rise with gap or permeability."""
    values = found["tape"].sheets[0].values
    assert (np.diff(values, axis=1) <= 1e-9).all()
    assert (np.diff(values, axis=0) <= 1e-9).all()


def test_thicker_and_faster_is_no_better_drilled(found):
    """The class never improves with thickness or rate."""
    values = found["drill"].sheets[0].values
    assert (np.diff(values, axis=1) >= 0.0).all()
    assert (np.diff(values, axis=0) >= 0.0).all()


def test_limits_of_a_class_are_named(found):
    """Who reads the text sees names of classes, not their numbers."""
    (row,) = [one for one in reports.mapped(found["drill"]).splitlines() if one.startswith("class ")]
    assert "good ([0056]); good or triangle (raised rim) ([0056])" in row


def test_the_window_is_what_every_limit_allows():
    """A point is inside exactly if residual solvent, blister and the zone temperature all are."""
    one = chart(MAPS["predry"]._replace(points=(7, 5)), PLAN, Asked(across=("60 degC", "150 degC")))
    sheet, temperature = one.sheets[0], one.across.values[None, :]
    warm = (temperature > 74.2 - 1e-6) & (temperature < 134.2 + 1e-6)
    allowed = (sheet.values >= 10.0) & (sheet.values <= 40.0) & warm
    assert np.array_equal(one.inside(), allowed)
    assert 0.0 < allowed.mean() < 1.0


@pytest.fixture(scope="module")
def cure():
    """The map of the cure, coarse, over the gel point and the limit of over-curing."""
    return chart(few(MAPS["cure"], 9, 7), PLAN, Asked(across=("220 degC", "340 degC"), up=("4 h", "28 h")))


def test_all_pictures_of_a_map_shade_one_window(cure):
    """What one measure forbids is shaded in no picture of the map, and the table names one share for all."""
    insoluble, curl = cure.sheets
    inside = cure.inside()
    assert not inside[insoluble.values < 1.0].any()
    assert not inside[insoluble.others[0].values > 99.0].any()
    assert (curl.values > 15.0).all()
    assert 0.1 < inside.mean() < 0.9
    told = json.loads(reports.mapped(cure, json=True))["sheets"]
    assert told[0]["inside"] == told[1]["inside"] == inside.tolist()
    shaded = [count(cure, sheet) for sheet in cure.sheets]
    assert shaded[0] == shaded[1] == pytest.approx(surface.inside(surface.fine_of(cure)).mean(), abs=0.02)


def count(one, sheet):
    """Share of a picture's field that is shaded, without words and lines."""
    axes = Figure().subplots()
    surface.draw_surface(axes, one, sheet)
    green = next(held for held in axes.collections if len(held.get_facecolor()))
    path = green.get_paths()[0]
    across, up = np.meshgrid(np.linspace(*axes.get_xlim(), 42)[1:-1], np.linspace(*axes.get_ylim(), 42)[1:-1])
    return float(path.contains_points(np.column_stack([across.ravel(), up.ravel()])).mean())


def test_the_edge_of_the_soluble_region_is_where_the_stages_say(cure):
    """Between the points of a coarse grid the line of 1 wt% keeps to a fine one's, though gel has a kink there."""
    fine = surface.fine_of(cure)
    gel = fine.bound(cure.sheets[0], cure.sheets[0].values)
    for hour in (7.0, 10.0, 15.0, 21.0):
        up = (f"{hour} h", f"{hour + 1.0} h")
        exact = chart(few(MAPS["cure"], 121, 1), PLAN, Asked(across=("220 degC", "340 degC"), up=up))
        edge = exact.across.values[np.argmax(exact.sheets[0].values[0] >= 1.0)]
        row = int(np.searchsorted(fine.up, hour))
        assert fine.across[np.argmax(gel[row] >= 1.0)] == pytest.approx(edge, abs=1.2), hour


def test_limits_of_further_measures_are_told_with_their_ends(cure):
    """The most insoluble content that is allowed stands in the table and in the legend, in wt%."""
    assert "over-cured above 99 wt% (claims 1 and 12)" in reports.mapped(cure)
    assert any("over-cured above 99 wt%" in one.get_text() for one in picture(cure).texts)


def test_no_label_stands_on_its_head(cure):
    """Steep labels of lines all read downward."""
    drawn = picture(cure)
    angles = [one.get_rotation() for axes in drawn.axes for one in axes.texts]
    assert all(angle <= 85.0 or angle >= 265.0 for angle in angles)
    assert any(angle >= 265.0 for angle in angles)


@pytest.mark.parametrize("name_", list(MAPS))
def test_the_recipe_is_inside_its_window(name_):
    """Each product's recipe passes the limits that its map shows."""
    one = MAPS[name_]
    side = chart(few(one, 1, 1), PLAN, Asked())
    up = around(one.up, side.up.recipe) if one.up else None
    at = chart(few(one, 2, 2), PLAN, Asked("", around(one.across, side.across.recipe), up))
    assert at.inside().all()


def around(along, recipe):
    """A narrow range around the recipe."""
    wide = 1e-4 * abs(recipe)
    return f"{recipe - wide:.12g} {along.shop}", f"{recipe + wide:.12g} {along.shop}"


def test_a_scenario_moves_the_star():
    """The recipe of a scenario is marked, not that of the baseline."""
    plan = load("baseline", ['clad_laminate.curing.inert_temperature="260 degC"'])
    one = chart(few(MAPS["cure"], 1, 1), plan, Asked())
    assert one.across.recipe == pytest.approx(260.0)
    assert one.sheets[0].recipe < 90.0


def test_a_stage_that_does_not_converge_leaves_a_hole():
    """Where a stage says so itself there is no value, and the point is not inside."""
    stuck = SimpleNamespace(
        name="winding", measures={"x": "1"},
        run=lambda lot, *_: Outcome(lot, 1.0, {"x": 1.0}, flags=("not converged: winding",)),
    )  # fmt: skip
    made = PLAN.products["clad_laminate"]
    product = made.__class__(
        name=made.name, about="", procedure={**made.procedure, "winding": stuck}, specification=made.specification
    )
    plan = PLAN.__class__(name="x", question="", products={made.name: product}, plant=PLAN.plant)
    side = Along(("coating.speed",), "speed", "m/s", "m/min", 0.02, 0.05)
    one = chart(Sketch("x", "x", (made.name,), side, None, (Field("winding.x", "x", "1", "1"),), (2, 1)), plan, Asked())
    assert np.isnan(one.sheets[0].values).all()
    assert not one.inside().any()
    assert one.flags == {"not converged: winding": pytest.approx(1.0)}


@pytest.mark.parametrize("name_", list(MAPS))
def test_a_picture_is_small_and_always_the_same(found, name_, tmp_path):
    """Equal maps are equal files, below 80 kB, and not blank."""
    for number in (1, 2):
        save(picture(found[name_]), tmp_path / f"{number}.png")
    one, two = ((tmp_path / f"{number}.png").read_bytes() for number in (1, 2))
    assert one == two
    assert len(one) < 80_000
    with Image.open(tmp_path / "1.png") as drawn:
        assert len(drawn.convert("RGB").getcolors(100_000)) > 8


@pytest.mark.parametrize(("name_", "across"), [("drill", None), ("peel", None), ("cure", ("220 degC", "300 degC"))])
def test_what_is_extrapolated_is_hatched(name_, across):
    """Points that a stage marks are hatched and told in the picture; a map that keeps to what was tested has none."""
    one = chart(few(MAPS[name_], 9, 9), PLAN, Asked(across=across))
    marked = any(flag.startswith("extrapolated") for flag in one.flags)
    assert bool(one.untested.any()) == marked == (across is None)
    assert max(one.flags.values(), default=0.0) <= one.untested.mean() + 1e-12
    drawn = picture(one)
    hatches = [held.hatches for axes in drawn.axes for held in axes.collections if getattr(held, "hatches", [None])[0]]
    hatches += [held.get_hatch() for axes in drawn.axes for held in axes.patches if held.get_hatch()]
    assert bool(hatches) == marked
    assert any("hatched: extrapolated" in text.get_text() for text in drawn.texts) == marked
    assert json.loads(reports.mapped(one, json=True))["extrapolated"] == one.untested.tolist()


def test_a_rate_of_few_pulses_is_hatched_and_no_other():
    """Above 100 holes/s a point gets fewer than 40 pulses: those rows of the drill map are marked, no others."""
    one = chart(few(MAPS["drill"], 3, 10), PLAN, Asked())
    assert np.array_equal(one.untested, np.repeat((one.up.values > 100.0 + 1e-9)[:, None], 3, axis=1))


def test_json_is_strict_and_whole(found):
    """Every value is there, what is not finite is null."""
    told = json.loads(reports.mapped(found["tape"], json=True), parse_constant=lambda _: pytest.fail("NaN"))
    assert np.shape(told["sheets"][0]["values"]) == (3, 3)
    assert told["sides"][0]["unit"] == "um"


def test_the_page_has_all_its_pictures():
    """Each map stands on the page, and its picture beside it is below 80 kB."""
    page = (FOLDER / "maps.md").read_text(encoding="utf-8")
    for sketch in MAPS.values():
        for product in sketch.products:
            file = name(chart(few(sketch, 1, 1), PLAN, Asked(product)))
            assert f"(maps/{file})" in page
            assert (FOLDER / "maps" / file).stat().st_size < 80_000


BAD = (
    (["preddry"], "Did you mean predry?"),
    (["predry", "--across", "60:400 degC"], "25-250 degC (pilot plant: fans blow"),
    (["predry", "--across", "100:60 degC"], "first end must be below"),
    (["predry", "--up", "1:2 kg"], "kg is mass"),
    (["predry", "--across", "60"], "no range"),
    (["predry", "--across", "nan:60 degC"], "no finite number"),
    (["tape", "--up", "0:1e-9 m^2"], "1e-16 to 1e-09 m^2"),
    (["cure", "--product", "adhesive_film"], "needs stages"),
    (["cure", "--product", "clad_laminat"], "Did you mean clad_laminate?"),
    (["cure", "--out", "x.jpg"], ".png, .svg, .pdf"),
    (["cure", "--out", "nowhere/x.png"], "folder does not exist"),
    (["cure", "--set", "curing.inert_time=3"], "unit is missing"),
)


@pytest.mark.parametrize(("given", "told"), BAD)
def test_what_cannot_be_drawn_is_refused_in_one_line(given, told, capsys):
    """Exit code 2, one line that says what is wrong, and no picture."""
    assert cli.main(["map", *given]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert told in said[0]


def test_a_range_reads_units_behind_one_or_both_ends():
    """The unit behind the second end counts for the first, too."""
    assert ranged("1:4 m/min", "--up") == ("1 m/min", "4 m/min")
    assert ranged("1e-15:1e-9 m^2", "--up") == ("1e-15 m^2", "1e-9 m^2")
    assert ranged(None, "--up") is None
