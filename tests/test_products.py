"""Laws of the products: each limit has a source and something to bind, recipes pass their own, losses have causes."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from itertools import pairwise

import pytest
from walking import prepared, visited

from twin.limit import Limit
from twin.material import Lot
from twin.parameter import parameters
from twin.products import PRODUCTS, Product, Word
from twin.scenario import baseline
from twin.settings import changed, tree
from twin.stage import Outcome, Stage
from twin.stages.synthesis import Synthesis
from twin.windows import bound, computed, outside, resolved

LIMITS = [(product, limit) for product in PRODUCTS.values() for limit in product.specification]
NAMES = [f"{product.name}-{limit.id}" for product, limit in LIMITS]
CLAIMED = {"clad_laminate": [f"A{n:02}" for n in range(1, 18)], "adhesive_film": [f"B{n:02}" for n in range(1, 15)]}
PLANNED = {
    "clad_laminate": {"A03 contact", "A13 adhesion", "A14 curl", "A15 roughness"},
    "adhesive_film": {"B12 triangle"},
}
LOTS = 1200  # rolls and sublots that are walked through the stages


def missed(product: Product, stage: str, outcome: Outcome) -> set[str]:
    """Property limits that a lot misses after a stage."""
    return {one.id for one in product.limits(stage) if not one.accepts(outcome.measures[one.quantity])}


class Walk:
    """Lots on their way through a product's stages, kept before each stage so that others can go on from there."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.before: dict[str, list[Lot]] = {}
        self.misses: dict[str, set[int]] = {}

    def run(self, stages: Mapping[str, Stage], lots: list[Lot], first: str) -> dict[str, set[int]]:
        """Walk from a stage on, and return which lots miss which limit."""
        found: dict[str, set[int]] = {}
        names = list(stages)
        for name in names[names.index(first) :]:
            lots = [prepared(self.product, name, lot) for lot in lots]
            self.before.setdefault(name, lots)
            done = [visited(stages[name], lot) for lot in lots]
            for lot, outcome in zip(lots, done, strict=True):
                for limit in missed(self.product, name, outcome):
                    found.setdefault(limit, set()).add(lot.number)
            lots = [outcome.lot for outcome in done]
        return found


@pytest.fixture(scope="module")
def walks():
    """The default recipes, each walked by all lots."""
    found = {}
    for product in PRODUCTS.values():
        walk = Walk(product)
        lots = [Lot(number, product.name) for number in range(LOTS)]
        walk.misses = walk.run(product.procedure, lots, next(iter(product.procedure)))
        found[product.name] = walk
    return found


@pytest.fixture(scope="module")
def nominal():
    """What each stage says of a lot whose scatters are all zero, by product and stage."""
    found = {}
    for product in PRODUCTS.values():
        lot = Lot(0, product.name)
        for name, stage in product.procedure.items():
            scatters = {one.name: 0.0 for one in fields(stage) if one.name.endswith(("_sd", "_sigma"))}
            outcome = visited(replace(stage, **scatters), prepared(product, name, lot))
            found[product.name, name] = outcome
            lot = outcome.lot
    return found


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)
def test_limits_have_names_of_their_own(product):
    """No two limits of a product share an id."""
    ids = [limit.id for limit in product.specification]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("product", "limit"), LIMITS, ids=NAMES)
def test_each_limit_says_whose_word_it_is(product, limit):
    """The source of a limit is a patent with claim or paragraph, or the id of an assumption; it says what it limits."""
    assert re.search(r"claims? \d+|\[\d{4}\]|^A-\d+$", limit.source), (product.name, limit.source)
    assert limit.about
    assert limit.lower <= limit.upper


@pytest.mark.parametrize(("product", "limit"), LIMITS, ids=NAMES)
def test_each_limit_binds_something_that_is_there(product, limit):
    """Properties and results bind a measure of their stage; recipe limits and targets a setting or a measure."""
    stage = product.procedure[limit.stage]
    known = set(stage.measures)
    if limit.kind in {"recipe", "preferred"}:
        known |= {one.name for one in fields(stage)}
        known |= {one.name for one in computed(product) if one.stage == limit.stage}
    assert limit.quantity in known


@pytest.mark.parametrize(("product", "limit"), LIMITS, ids=NAMES)
def test_each_cause_is_a_setting(product, limit):
    """Whatever decides by a number that scatters names a scatter of its own product as cause."""
    if not limit.cause:
        assert limit.kind != "property" or limit.lower == limit.upper
        return
    stage, name = limit.cause.split(".")
    assert name in {one.name for one in fields(product.procedure[stage])}
    assert name.endswith(("_sd", "_sigma"))
    assert getattr(product.procedure[stage], name) > 0.0


PATENTS = {"clad_laminate": "metal-clad laminate", "adhesive_film": "JP 2003-027014"}


def test_a_patent_speaks_for_its_own_product_alone():
    """No value of a product has the other patent as its evidence, and none that it sets itself keeps the stage's."""
    known = tree(baseline())
    for path, one in known.items():
        product, _, rest = path.partition(".")
        if one.about.evidence == "patent":
            assert one.about.source.startswith(PATENTS[product]), path
            spoken = any(rest in word.settings for word in PRODUCTS[product].words)
            assert spoken or not PRODUCTS[product].sets(*rest.split(".")), path
    end = known["clad_laminate.synthesis.end_viscosity"].about
    assert (end.evidence, end.source[:5]) == ("estimate", "A-421")


def test_words_speak_of_settings_that_are_there():
    """Each setting of which a product speaks is one of its own, and is spoken of once."""
    for product in PRODUCTS.values():
        spoken = [path for word in product.words for path in word.settings]
        assert len(spoken) == len(set(spoken))
        for path in spoken:
            stage, name = path.split(".")
            assert name in parameters(product.procedure[stage])


def test_a_recipe_without_words_is_an_estimate():
    """A value of its own does not inherit the stage's patent; the stage's own value does, and a word goes first."""
    held, word = Synthesis(end_viscosity=20.0), Word(("synthesis.solids",), "A-999")
    made = Product(name="toy", about="", procedure={"synthesis": held}, specification=(), words=(word,))
    known = made.declared("synthesis")
    assert (known["end_viscosity"].evidence, known["end_viscosity"].source) == ("estimate", "recipe of this product")
    assert (known["temperature"].evidence, known["solids"].source) == ("patent", "A-999")


def test_a_scenario_speaks_for_what_it_sets():
    """A value that a scenario gives is neither a patent's nor an estimate."""
    path = "adhesive_film.coating.dry_thickness"
    about = tree(changed(baseline(), {path: 7e-6}))[path].about
    assert (about.evidence, about.source) == ("scenario", "set by the scenario")


def test_every_claim_has_its_limit():
    """Each numbered limit of the two patents is one of its product's, and of no other product's."""
    for name, claims in CLAIMED.items():
        told = {limit.id.split()[0] for limit in PRODUCTS[name].specification}
        assert set(claims) <= told
        others = {claim for other, named in CLAIMED.items() if other != name for claim in named}
        assert not told & others


def test_kinds_decide_as_they_should():
    """Recipe limits, targets and results name no loss; property limits repeat, downgrade, cut or scrap."""
    actions = {limit.id: (limit.below, limit.above) for _, limit in LIMITS if limit.kind == "property"}
    assert actions["A01 residual"] == (("downgrade",), ("downgrade",))
    assert actions["A03 contact"][1] == ("cut",)
    assert actions["A06 residual"][1] == ("repeat", "repeat", "scrap")
    assert actions["A09 insoluble"][0] == ("repeat", "scrap")
    assert actions["A09 over-cured"][1] == ("downgrade",)
    assert actions["S02 imide"][0] == ("repeat", "scrap")
    assert actions["S03 volatiles"][1] == ("repeat", "scrap")
    assert actions["B12 triangle"][1] == ("downgrade",)
    assert actions["B12 unopened"][1] == ("scrap",)
    for name in ("A10 tear", "A12 solder", "A13 adhesion", "A14 curl", "A16 alkali"):
        assert actions[name][0] == ("scrap",)
    assert {limit.cause for _, limit in LIMITS if limit.kind != "property"} == {""}


@pytest.mark.parametrize(("product", "limit"), LIMITS, ids=NAMES)
def test_recipes_keep_their_own_limits(product, limit, nominal):
    """With every scatter at zero the default recipe lies inside each limit of its product, targets included."""
    if limit.basis and bound(product, limit) is None:  # an idle zone
        return
    assert not outside(resolved(product, limit), value_of(product, limit, nominal))


def value_of(product: Product, limit: Limit, nominal: Mapping[tuple[str, str], Outcome]) -> float:
    """The figure that a limit binds, of the recipe or of the nominal lot."""
    measures = nominal[product.name, limit.stage].measures
    known = {(one.stage, one.name): one.value for one in computed(product)}
    setting = getattr(product.procedure[limit.stage], limit.quantity, known.get((limit.stage, limit.quantity)))
    return float(setting if setting is not None else measures[limit.quantity])


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)
def test_stages_of_a_recipe_fit_each_other(product, nominal):
    """Each stage of a recipe takes what the one before it makes, and the web has one speed."""
    for one, two in pairwise(product.procedure):
        assert nominal[product.name, one].lot.product == nominal[product.name, two].lot.product == product.name
    stages = product.procedure
    assert stages["coating"].solvent == stages["predrying"].solvent


def test_losses_are_the_planned_ones(walks):
    """Over both products at least four limits lose something, and nothing unplanned loses more than 3 in 1000."""
    lost = {name for walk in walks.values() for name, lots in walk.misses.items() if len(lots) > 3e-3 * LOTS}
    assert lost <= set().union(*PLANNED.values())
    seen = {name for walk in walks.values() for name in walk.misses}
    assert set().union(*PLANNED.values()) <= seen
    assert len(seen) >= 4


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("clad_laminate", "A03 contact"),
        ("clad_laminate", "A13 adhesion"),
        ("clad_laminate", "A14 curl"),
        ("clad_laminate", "A15 roughness"),
        ("adhesive_film", "B12 triangle"),
    ],
)  # fmt: skip
def test_a_loss_goes_with_its_cause(walks, name, limit):
    """With the scatter that a limit names as cause at 0 its loss is 0, and no other moves beyond 3 sigma, paired."""
    walk = walks[name]
    stage, scatter = next(one.cause for one in walk.product.specification if one.id == limit).split(".")
    stages = dict(walk.product.procedure)
    stages[stage] = replace(stages[stage], **{scatter: 0.0})
    found = walk.run(stages, walk.before[stage], stage)
    assert walk.misses[limit]
    assert limit not in found
    names = list(stages)
    after = {one.id for one in walk.product.specification if names.index(one.stage) >= names.index(stage)}
    for other in (set(found) | set(walk.misses)) & after - {limit}:
        before, now = walk.misses.get(other, set()), found.get(other, set())
        gone, new = len(before - now), len(now - before)
        assert abs(gone - new) <= 3.0 * (gone + new) ** 0.5


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)
def test_an_overshot_end_viscosity_goes_with_the_reading(product):
    """With the viscometer ten times as coarse some batches overshoot (S01); with a perfect one none does."""
    stage, found = product.procedure["synthesis"], []
    (end,) = product.limits("synthesis")
    for factor in (10.0, 0.0):
        coarse = replace(stage, reading_sd=factor * stage.reading_sd)
        done = [visited(coarse, Lot(number, product.name)) for number in range(300)]
        found.append(sum(one.measures["viscosity"] > end.upper for one in done))
    assert found[0] > 0
    assert found[1] == 0
