"""Laws of what a person looks at."""

import json
import math
import re
import shlex
from dataclasses import replace
from pathlib import Path
from statistics import variance

import pytest

from twin import reports, study
from twin.layout import beside, columns, short
from twin.reports import swept
from twin.reports.headline import verdict
from twin.scenario import load
from twin.study import Key, Result, Series
from twin.study.interval import paired
from twin.study.since import Moved, Since
from twin.study.sweep import Point, Sweep


def result(replications=10, series=None):
    """A study with made-up numbers."""
    steps = [0.01 * (number % 5 - 2) for number in range(replications)]
    amounts = {
        Key("released"): ("m2/d", 120.0),
        Key("released", "product", "clad_laminate"): ("m2/d", 100.0),
        Key("released", "product", "adhesive_film"): ("m2/d", 20.0),
        Key("yield"): ("1", 0.985),
        Key("lead_time", "product", "clad_laminate"): ("d", 9.0),
        Key("lead_time", "product", "adhesive_film"): ("d", 20.0),
        Key("wip_lots"): ("lots", 30.0),
        Key("cost"): ("USD/m2", 12.0),
        Key("solvent_lost"): ("kg/d", 600.0),
        Key("bottleneck", "line", "", "oven"): ("1", 0.8),
        Key("oee", "station", "oven"): ("1", 0.7),
        Key("time_share", "station", "oven", "busy"): ("1", 0.75),
        Key("time_share", "station", "oven", "idle"): ("1", 0.2),
        Key("time_share", "station", "oven", "down"): ("1", 0.05),
        Key("lost", "line", "", "curing A09 low"): ("m2/d", 3.0),
        Key("lost", "line", "", "drilling B12 high"): ("m2/d", 2.0),
        Key("lost", "line", "", "other"): ("m2/d", 1.0),
    }
    found = {key: Series(unit, tuple(mean * (1.0 + step) for step in steps)) for key, (unit, mean) in amounts.items()}
    found |= series or {}
    plan = load("baseline", [f"study.replications={replications}"])
    return Result(
        plan=plan, run_id="baseline-123", store=Path("store"), series=found, operations={"oven": 500},
        replications=replications, computed=True,
    )  # fmt: skip


def test_means_and_intervals_stand_on_the_screen():
    """Mean, half-width, n and unit of released area are the ones of the values."""
    found = result().estimate("released")
    mean, half = beside(found.mean, found.half_width)
    line = next(line for line in reports.shown(result()).splitlines() if line[11:16] == "total")
    assert line.split() == ["total", mean, half, "10", "m2/d"]


def test_a_ratio_s_interval_stays_within_100_percent():
    """A yield near 1 shows both ends of its interval, and neither passes 100 %."""
    near = {Key("yield"): Series("1", (1.0, 0.99, 1.0, 1.0, 0.97))}
    line = next(line for line in reports.shown(result(5, series=near)).splitlines() if line.startswith("yield"))
    low, high = (float(end) for end in line.split()[-3].split("-"))
    assert 0.0 <= low < high <= 100.0


def test_the_bottleneck_is_the_station_that_most_replications_name():
    """Of two stations that were the bottleneck, both are named, the more frequent one first, with how often."""
    named = {
        Key("bottleneck", "line", "", "oven"): Series("1", (0.8, 0.8, math.nan)),
        Key("bottleneck", "line", "", "laser"): Series("1", (math.nan, math.nan, 0.99)),
    }
    told = reports.shown(result(3, series=named))
    assert "bottleneck oven or laser (2 and 1 of 3 replications); oven: busy 74 %" in told


@pytest.mark.parametrize(("carried", "warned"), [(9, True), (10, False)])
def test_few_lead_times_are_told(carried, warned):
    """A note warns where fewer than 10 replications carry a lead time."""
    values = tuple(9.0 if number < carried else math.nan for number in range(12))
    few = {Key("lead_time", "product", "clad_laminate"): Series("d", values)}
    assert ("only 9 of 12 replications" in reports.shown(result(12, series=few))) is warned


@pytest.mark.parametrize("replications", [2, 9, 10])
def test_few_replications_are_told_once(replications):
    """Fewer than 10 replications are told in one note, whatever the number of products; 10 in none."""
    notes = [line for line in reports.shown(result(replications)).splitlines() if line.startswith("note")]
    told = [f"note       only {replications} replications: intervals are wide"]
    assert notes == (told if replications < 10 else [])


def test_losses_stand_in_order_and_the_rest_is_other():
    """The greatest losses are named, the rest is summed as other."""
    assert "lost m2/d  curing A09 low 3.00   drilling B12 high 2.00   other 1.00" in reports.shown(result())


def test_json_holds_no_nan():
    """What is not defined is null: the document is strict JSON."""
    none = {Key("yield"): Series("1", (math.nan,) * 10)}
    text = reports.shown(result(series=none), json=True)
    assert "NaN" not in text
    assert json.loads(text)["run_id"] == "baseline-123"


def test_the_page_leads_with_the_answer_and_says_where_the_data_are():
    """The page of a flow run begins with released area and yield, and names store and run."""
    text = reports.page(result())
    assert text.startswith("# baseline releases 120.0 ±1.")
    assert "run `baseline-123`" in text


def test_the_page_of_a_what_if_says_what_was_asked_and_what_it_changed():
    """Headline and question name the changes; each number stands beside the one without them, with its difference."""
    first, key, told = result(), Key("released"), "plant.oven.count=2"
    values = tuple(value - 5.0 + 0.01 * i for i, value in enumerate(first.series[key].values))
    second = result(series={key: Series("m2/d", values)})
    moved = [
        Moved(one, had.unit, had.estimate().mean, now.estimate().mean,
              (change := paired(had.values, now.values)).difference, real=change.different)
        for one, had in first.series.items() if (now := second.series[one])
    ]  # fmt: skip
    change = Since(before="a", after="b", inputs={"plant.oven.count": ("3", "2")}, models=("m", "m"), pairs=True,
                   numbers=tuple(moved))  # fmt: skip
    text = reports.page(second, asked=[told], against=change)
    assert text.startswith(f"# baseline with {told} releases 115.0 ±1.")
    assert f"What if `{told}`?" in text
    assert re.search(r"\| released \| total \| 120 \| 115.0 \| -4\.9\d* \| 0\.0\d* \| m2/d \| \*\*moved\*\* \|", text)
    assert re.search(r"\| cost \| .* \| noise \|", text)
    assert "changed `plant.oven.count` 3 → 2; the model is the same, `m`." in reports.page(second, change)


def test_nothing_new_is_said_whatever_the_run_before_was():
    """A stored run says so in title and text, and who computed it, also where the run before was another one."""
    stored = replace(result(), computed=False)
    change = Since(before="b", after="a", inputs={"study.seed": ("2", "1")}, models=("old", "new"), pairs=False,
                   numbers=())  # fmt: skip
    text = reports.page(stored, change, earlier="/v2/before", made="[an earlier flow run](/v2/maker)")
    assert text.startswith("# nothing new: baseline releases 120.0 ±1.")
    assert "Nothing is new: same inputs, same code. The run was computed by [an earlier flow run](/v2/maker)" in text
    assert (
        "Since [the run before](/v2/before) (`b`): changed `study.seed` 2 → 1; the model is `new`, was `old`." in text
    )
    assert "The run was in the store and was not computed again." in reports.page(stored)
    assert "nothing new" not in reports.page(result(), change).lower()


def test_a_comparison_tells_difference_and_noise_apart():
    """A shift beyond the noise is shown with its sign; what does not differ is called so."""
    first, key = result(), Key("released")
    shifted = Series("m2/d", tuple(value + 5.0 + 0.01 * i for i, value in enumerate(first.series[key].values)))
    second = replace(result(series={key: shifted}), operations={"oven": 510})
    text = reports.compared(study.compare(first, second))
    assert "+5.0" in next(line for line in text.splitlines() if "total" in line)
    assert "the same in every replication" in next(line for line in text.splitlines() if line.startswith("cost"))
    assert "oven 500/510" in text
    row = next(line for line in text.splitlines() if "total" in line)
    one, two = first.series[key].values, shifted.values
    bought = (variance(one) + variance(two)) / variance([b - a for a, b in zip(one, two, strict=True)])
    assert f" x{bought:.0f} " in row
    told = json.loads(reports.compared(study.compare(first, second), json=True))
    assert told["streams_that_differ"] == {"oven": [500, 510]}


def test_a_headline_has_no_interval_where_there_is_none():
    """One replication: no plus-minus in any headline; with ten each has its own."""
    for replications, shown in ((1, False), (10, True)):
        one = result(replications)
        done = Sweep(
            request=study.Request(scenario="baseline"), paths=("a",), base=one, points=(Point({"a": "1"}, one),)
        )
        moved = reports.comparison_headline(study.compare(one, one))
        texts = [reports.headline(one), moved, swept.headline(done)]
        assert ["±" in text for text in texts] == [shown] * 3
        assert not any("(- %)" in text or "±-" in text for text in texts)


def test_a_comparison_names_the_streams_that_only_one_has():
    """A third laser fails by a stream of its own, which no pair shares; without it all are shared."""
    first = result()
    second = replace(first, plan=load("one-more-laser", ["study.replications=10"]))
    found, back = study.compare(first, second), study.compare(second, first)
    stream = "stop/laser-3/laser failure"
    assert (found.alone, back.alone) == (((), (stream,)), ((stream,), ()))
    text = reports.compared(found)
    assert f"only one-more-laser has {stream}" in text
    assert "all shared" not in text
    told = json.loads(reports.compared(found, json=True))
    assert told["streams_of_one_only"] == {"first": [], "second": [stream]}
    same = study.compare(first, first)
    assert same.alone == ((), ())
    assert "all shared" in reports.compared(same)


def test_a_comparison_names_a_few_of_many_streams():
    """A product more has a stream at each stage: four are named, the others counted."""
    found = study.compare(replace(result(), plan=load("film-only", ["study.replications=10"])), result())
    names = found.alone[1]
    assert "oven/curing/clad_laminate" in names
    line = next(line for line in reports.compared(found).splitlines() if "only baseline has" in line)
    assert line.count("/") >= 4
    assert line.endswith(f"and {len(names) - 4} more")


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ((1.0, 2.0, 3.0), "the same in every replication"),
        ((2.0, 1.0, 3.1), "no difference at 95 %"),
        ((2.1, 3.0, 4.1), ""),
        ((2.0, math.nan, math.nan), "not known: 1 pair"),
        ((math.nan,) * 3, "not known: no pairs"),
    ],
)
def test_what_is_not_known_is_no_equality(second, told):
    """Only pairs with an interval tell that there is no difference; one pair tells nothing."""
    assert verdict(paired((1.0, 2.0, 3.0), second)) == told


def test_a_product_of_which_nothing_comes_is_still_shown():
    """A product with a turn on the coater that released nothing has its line, with 0, and a note."""
    none = {key: one for key, one in result().series.items() if key.subject != "adhesive_film"}
    text = reports.shown(replace(result(), series=none))
    assert re.search(r"adhesive_film +0 ", text)
    assert "adhesive_film: nothing was released" in text


def test_less_than_a_cycle_is_said():
    """Two products take turns: five days show a part of a cycle of fourteen, four weeks two of them."""
    week = replace(result(), plan=load("baseline", ["study.horizon=5 d"]))
    assert "5.00 d are less than a cycle of campaigns (14.0 d)" in reports.shown(week)
    assert "cycle of campaigns" not in reports.shown(result())


def test_commands_on_the_screen_ask_for_the_same_plan():
    """What the screen says to type next holds every change of the run, quoted for a shell."""
    request = study.Request(scenario="baseline", sets=('predrying.zone_1="95 degC"',), days=3.0)
    text = reports.shown(replace(result(), plan=request.plan()))
    again = next(line for line in text.splitlines() if "repeat one replication: twin run " in line)
    words = shlex.split(again.partition(": twin run ")[2])
    assert words == ["baseline", "--set", 'predrying.zone_1="95 degC"', "--days", "3", "--seed", "1", "--only", "0"]


def test_numbers_are_short():
    """Numbers carry three digits or the digits of their error, and never run together in columns."""
    assert [short(value) for value in (0.000123, 12345.6, -0.5)] == ["1.23e-04", "12346", "-0.500"]
    assert beside(9.528, 0.0971) == ("9.528", "0.097")
    assert columns([("a", "1"), ("bb", "22")], numeric=(1,)) == "a    1\nbb  22"
