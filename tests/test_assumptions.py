"""Laws of the list of assumptions and its page: what stands there, how it is worded, and what cannot be asked."""

import csv
import io
import json
import re

import pytest

from twin import assumptions, cli, plausible, ranked
from twin.reasons import reason
from twin.scenario import baseline
from twin.settings import short_path, tree
from twin.study import ranking
from twin.study.journal import Journal, Task
from twin.study.ranking import Case

PLAN = baseline()
KNOWN = tree(PLAN)


def test_the_list_says_value_range_doubt_reason_and_place(capsys):
    """Each row of the list has them; a number on which a rule was used stands in brackets."""
    assert cli.main(["assumptions", "A-54", "--json"]) == 0
    rows = {row["used"]: row for row in json.loads(capsys.readouterr().out)}
    heat = rows["predrying.heat_transfer"]
    assert (heat["id"], heat["value"], heat["range"]) == ("A-54", "50 W/m^2/K", "5-150 W/m^2/K")
    assert heat["doubt"] == "20 W/m^2/K to 100 W/m^2/K"
    assert heat["why"] == f"estimate: {reason('A-54', 'predrying.heat_transfer')}"
    assert rows["predrying.zone_length"]["doubt"] == "(7.692 m to 13 m)"


def test_no_row_shows_a_piece_of_code_or_leaves_its_doubt_open():
    """What stands outside the settings has a value in words, and says how far it is in doubt or that it is chosen."""
    rows = [one for one in assumptions.assumptions(PLAN) if one.used.startswith("twin/")]
    assert [one for one in rows if re.search(r"""[`"'=\[\]]|\w\(| \* |-INF""", one.value)] == []
    assert [one for one in rows if not one.doubt or not (one.value or one.about)] == []
    told = {one.value: one.doubt for one in rows}
    assert told["1300 J/kg/K"] == "1100-1500"
    assert told["604800 s"] == "3-14 d"
    assert "agitator seal, 2000 h apart, 16 h long" in told


def test_what_is_computed_is_no_estimate_in_doubt_by_a_rule():
    """The conversion of the patent's press follows from the cure law: a rule's factor would take it beyond 1."""
    (cure,) = [one for one in assumptions.assumptions(PLAN) if one.id == "A-35"]
    assert cure.why.startswith("computed: ")
    assert (cure.value, cure.doubt) == ("0.81", "that of its law")
    assert "computed" not in cure.about.lower()


def test_every_assumed_setting_is_listed():
    """No setting whose source is an assumption is missing from the list."""
    listed = {one.used for one in assumptions.assumptions(PLAN)}
    assumed = {path for path, one in KNOWN.items() if plausible.ID.search(one.about.source)}
    assert {path for path in assumed if not {path, short_path(PLAN, path)} & listed} == set()


def test_a_product_with_a_word_of_its_own_stands_alone():
    """What is an assumption of one product only, or under another id, has the path of that product; none is lost."""
    groups = plausible.assumed(PLAN)
    assert [one.path for one in groups["clad_laminate.synthesis.end_viscosity"]] == [
        "clad_laminate.synthesis.end_viscosity"
    ]
    assert not {"synthesis.end_viscosity", "adhesive_film.synthesis.end_viscosity"} & set(groups)
    assert len(groups["coating.gap"]) == 2
    assert sum(map(len, groups.values())) == sum(bool(plausible.ID.search(one.about.source)) for one in KNOWN.values())


def test_the_page_shows_the_top_of_the_ranking(tmp_path, monkeypatch):
    """The page has the first rows of the shipped ranking, with day and model; without one it has none."""
    journal, path = Journal(tmp_path / "one.jsonl", "identity"), "coating.power"
    for name, end, released in (("baseline", "", 100.0), (path, "low", 90.0), (path, "high", 95.0)):
        journal.add(Task(name, end, 0), (released, 0.9, 20.0))
    found = ranking.ranked([Case(path, (PLAN, PLAN))], journal)
    text = ranked.as_csv(found, ranked.assumed(PLAN, path), 14.0, "2026-11-22", "0123abcd")
    monkeypatch.setattr(assumptions, "shipped", lambda: text)
    page = assumptions.page(PLAN)
    assert "Computed 2026-11-22 with model 0123abcd,\neach replication measuring 14 days after" in page
    assert "| 1 | coating.power | A-50 | 6.154 kW | 10.4 kW | +5 +- 0 (ends -10, -5) |" in page
    monkeypatch.setattr(assumptions, "shipped", str)
    assert "Which ones matter" not in assumptions.page(PLAN)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["assumptions", "A-9999"], "no such assumption"),
        (["assumptions", "--rank", "no.such"], "no assumption has such a path"),
        (["assumptions", "--rank", "predrying.zones"], "nothing of it can be ranked"),
    ],
)
def test_what_cannot_be_asked_is_refused(capsys, arguments, what):
    """Exit code 2 and one line."""
    assert cli.main(arguments) == 2
    told = capsys.readouterr().err
    assert what in told
    assert told.count("\n") == 1


def test_the_shipped_ranking_is_that_of_todays_assumptions():
    """It names every assumption and price once, with its id and the ends that it has now."""
    now = {one.path: (one.ids, *one.ends()[:2]) for one in (*ranked.assumed(PLAN), *ranked.priced())}
    del now["study.horizon"]  # the ranking has one of its own
    rows = list(csv.DictReader(io.StringIO(ranked.shipped())))
    assert {row["path"]: (row["ids"], row["low"], row["high"]) for row in rows} == now
    assert len(rows) == len(now)
    assert tuple(rows[0]) == ranked.COLUMNS
    assert len({(row["horizon_d"], row["computed"], row["model_version"]) for row in rows}) == 1
