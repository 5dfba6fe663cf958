"""Laws of the reasons: each assumption has one sentence of its own, and whoever asks for the number is told it."""

import csv
import re

import pytest

from twin import cli
from twin.assumptions import assumptions, page
from twin.describe import describe
from twin.reasons import COLUMNS, FILE, reason, reasons
from twin.scenario import baseline, load

LISTED = assumptions(baseline())
KINDS = ("estimate", "literature", "computed", "chosen")


def told():
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_assumption_has_exactly_one_reason_and_none_is_left_over():
    """The file names every number of the list once, in the order of the list, and nothing else."""
    rows = told()
    assert tuple(rows[0]) == COLUMNS
    places = dict.fromkeys((one.id, one.used) for one in LISTED)
    assert [(row["id"], row["used"]) for row in rows] == list(places)


def test_a_reason_is_a_sentence_and_says_more_than_the_kind():
    """Six words to thirty; a capital or a number first, a full stop last; it does not open with its kind."""
    for row in told():
        words = row["reason"].split()
        assert 6 <= len(words) <= 30, row
        assert re.fullmatch(r"[A-Z0-9].*[^.]\.", row["reason"]), row
        assert words[0].lower().strip(".:") not in {"estimate", "estimated", "literature"}, row


def test_a_reason_is_said_of_one_assumption_alone():
    """Numbers share a sentence only where they share an id, such as a knob that each machine has."""
    owners = {}
    for row in told():
        owners.setdefault(row["reason"], set()).add(row["id"])
    assert [one for one in owners.items() if len(one[1]) > 1] == []


def test_no_row_of_the_list_has_the_bare_kind_for_a_reason():
    """Each says how well the number is known, and then why it is believed."""
    known = reasons()
    for one in LISTED:
        kind, _, said = one.why.partition(": ")
        assert kind in KINDS, one
        assert said == known[one.id, one.used]
    assert {one.why.partition(":")[0] for one in LISTED if one.doubt == "chosen"} == {"chosen"}
    assert f"| estimate: {known['A-66', 'winding.bagginess_sd']} | winding.bagginess_sd |" in page(baseline())


def test_what_is_said_of_a_stage_holds_for_a_product_that_stands_alone():
    """A scenario that sets one product's value leaves the other's reason; of its own value nothing is guessed."""
    plan = load("baseline", ["clad_laminate.coating.gap=150 um"])
    (left,) = [one for one in assumptions(plan) if one.used.endswith("coating.gap")]
    assert (left.used, left.why) == ("adhesive_film.coating.gap", f"estimate: {reason('A-43', 'coating.gap')}")
    (own,) = describe(plan, "clad_laminate.coating.gap")
    assert (own.evidence, own.why) == ("scenario", "")


@pytest.mark.parametrize("path", ["adhesive_film.coating.gap", "clad_laminate.synthesis.solids", "plant.oven.mtbf"])
def test_describe_says_why(capsys, path):
    """The screen of one setting has its reason; of two ids both."""
    assert cli.main(["describe", path]) == 0
    (one,) = [one for one in LISTED if one.used in {path, path.partition(".")[2]}]
    assert one.why.partition(": ")[2] in capsys.readouterr().out
    (both,) = describe(baseline(), "clad_laminate.predrying.dry_energy")
    assert both.why == " ".join(reason(name, "predrying.dry_energy") for name in ("A-51", "A-52"))


def test_without_the_folder_of_data_nothing_is_said(tmp_path):
    """Where the file is not installed, the kind stands alone, and no command fails for it."""
    assert reasons(tmp_path / "none.csv") == {}
