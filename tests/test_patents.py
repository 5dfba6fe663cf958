"""The page of the patents: nothing missing, nothing named that is not there, and up to date."""

import ast
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
from mentions import mentioned

from twin.patents import PAGE, TITLES, Rule, claims, limits_known, limits_told, page, paragraphs, rules
from twin.windows import computed

HOUSE = Path(__file__).parent.parent
RULES = rules()
NAMES = [f"{number} {one.place}" for number, one in enumerate(RULES)]
EXAMPLES = {f"{kind} {number}" for kind in ("Example", "Comparative") for number in range(1, 6)}
JUDGES = "tests/test_limits.py::test_a_measure_beyond_its_limit_is_judged"
CONSUMED = {"nitrogen_m3"}  # told by outcomes alone
CARRIED = {"polymer_mass", "wash_residue", "residual_impurity"}  # properties of the lot


def of(patent: str) -> list[Rule]:
    return [one for one in RULES if one.patent == patent]


@cache
def functions_of(path: str) -> set[str]:
    tree = ast.parse((HOUSE / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_page_is_up_to_date():
    """The page is what rules and limits say; if not, write it anew with ``python -m twin.patents``."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_no_claim_is_missing():
    """Claims 1-18 of the laminate and 1-5 of the adhesive film each have a row."""
    assert claims(of("laminate")) == set(range(1, 19))
    assert claims(of("adhesive")) == set(range(1, 6))


def test_no_paragraph_is_missing():
    """Paragraphs 1-61 of the adhesive film each have a row."""
    assert paragraphs(of("adhesive")) == set(range(1, 62))


def test_no_example_is_missing():
    """Five examples and five comparative ones, and the table of their results, each have a row."""
    told = {one.place.partition(",")[0] for one in RULES}
    assert told >= {*EXAMPLES, "Table 1"}


def test_no_limit_is_missing():
    """Each limit of both products stands on the page, and each that stands there is one of its product's."""
    assert limits_told() == limits_known()


@pytest.mark.parametrize("one", RULES, ids=NAMES)
def test_a_rule_is_held_or_says_why_not(one: Rule):
    """A rule has stage, quantity and test, or the reason why it has none of them."""
    held = (one.stage, one.quantity, one.tests)
    assert all(held) != bool(one.not_modelled)
    assert not (one.not_modelled and any((*held, one.limits)))


@pytest.mark.parametrize("one", [one for one in RULES if one.stage], ids=lambda one: one.place)
def test_what_a_rule_names_is_there(one: Rule):
    """Stage, measures, settings and limits that a rule names are those of its product."""
    product = TITLES[one.patent][1]
    stage = product.procedure[one.stage]
    known = {*stage.measures, *(each.name for each in fields(stage)), *CONSUMED, *CARRIED}
    known |= {each.name for each in computed(product) if each.stage == one.stage}
    assert set(one.quantity.split()) <= known


@pytest.mark.parametrize("one", [one for one in RULES if one.limits], ids=lambda one: one.place)
def test_a_limit_of_a_rule_judges_what_the_rule_names(one: Rule):
    """Each limit that a rule names is one of its stage and of one of its quantities."""
    by_id = {limit.id: limit for limit in TITLES[one.patent][1].specification}
    judged = {(by_id[name].stage, by_id[name].quantity) for name in one.limits}
    assert judged <= {(one.stage, quantity) for quantity in one.quantity.split()}


@pytest.mark.parametrize("one", [one for one in RULES if one.tests], ids=lambda one: one.place)
def test_the_tests_of_a_rule_are_there(one: Rule):
    """Each test that a rule names is a test of its file."""
    for test in one.tests:
        path, _, name = test.partition("::")
        assert name in functions_of(path)
        assert name.startswith("test_")


@pytest.mark.parametrize("one", [one for one in RULES if one.tests], ids=lambda one: one.place)
def test_each_rule_has_a_test_of_what_it_names(one: Rule):
    """A test of the rule asks for one of its quantities or limits, and for each measure that one of them judges.

    That limits are applied says nothing of the measure, so the test of that alone counts for none.
    """
    words = frozenset[str]().union(*(mentioned(test) for test in one.tests if test != JUDGES))
    assert words & {*one.quantity.split(), *one.limits}
    by_id = {limit.id: limit for limit in TITLES[one.patent][1].specification}
    judged = {by_id[name].quantity for name in one.limits if by_id[name].kind == "property"}
    assert judged <= words


def test_the_borders_stay_bare():
    """Claim 14: beside the coating of the laminate each border has room for its tape."""
    stages = TITLES["laminate"][1].procedure
    border = 0.5 * (stages["coating"].web_width - stages["coating"].coated_width)
    assert border >= stages["winding"].tape_width * (1.0 - 1e-9)


def test_a_rule_says_it_in_its_own_words():
    """Rules are short: no sentence of a patent is copied."""
    assert max(len(one.rule) for one in RULES) <= 110


def test_ranges_of_paragraphs_are_filled():
    """A row at [0002]-[0005] covers four paragraphs."""
    assert paragraphs([_at("Example 2, [0002]-[0005]")]) == {2, 3, 4, 5}
    assert claims([_at("claim 12"), _at("claim 3")]) == {3, 12}


def _at(place: str) -> Rule:
    return Rule("adhesive", place, "", "", "", (), (), "")
