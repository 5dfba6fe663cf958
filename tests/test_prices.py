"""Laws of the prices: each has a range, and what the ranking says of it is what a run with that price costs."""

import csv
import io
import math

import pytest

from twin import building, cli, ranked
from twin.prices import price_list, prices
from twin.scenario import load
from twin.study import ranking
from twin.study.journal import Journal, Task, measured

SHORT = ["study.warm_up=10 d", "study.horizon=4 d"]


@pytest.fixture(scope="module")
def plan():
    return load("baseline", SHORT)


@pytest.fixture(scope="module")
def base(plan):
    return measured(plan, 0)


@pytest.fixture
def book(tmp_path):
    return Journal(tmp_path / "one.jsonl", "identity")


def test_each_price_lies_in_its_range_and_has_an_id():
    """Low end < price < high end; a factor of two where no range is stated."""
    for one in ranked.priced():
        assert 0.0 < one.price.low < one.price.value < one.price.high
        assert one.ids.startswith("A-")
    known = prices()
    assert (known["electricity_kWh"].low, known["electricity_kWh"].high) == (0.08, 0.25)
    assert (known["copper foil"].low, known["copper foil"].high) == (7.5, 30.0)


def test_what_is_consumed_times_its_price_is_the_cost(base):
    """Nothing is paid for twice, or forgotten."""
    listed = price_list()
    paid = sum(amount * listed.get(name, 0.0) for name, amount in base.consumed.items())
    assert paid == pytest.approx(base.values[2], rel=1e-9)


@pytest.mark.parametrize(
    ("name", "end"), [("copper foil", "high"), ("ESDA", "low"), ("electricity_kWh", "high"), ("operator_h", "low")]
)
def test_a_run_with_another_price_costs_what_the_ranking_says(plan, base, book, monkeypatch, name, end):
    """Simulated with the price at an end of its range: the same area and yield, and the predicted cost."""
    book.add(Task("baseline", "", 0), *base)
    (row,) = ranking.ranked([], book, {name: prices()[name]}).rows
    moved = {**price_list(), name: getattr(prices()[name], end)}
    monkeypatch.setattr(building, "price_list", lambda: moved)
    found = measured(plan, 0)
    change = (row.highs if end == "high" else row.lows)[2]
    assert abs(change) > 0.0
    assert found.values[:2] == base.values[:2]
    assert found.values[2] == pytest.approx(base.values[2] + change, rel=1e-9)
    assert row.swings[2] == pytest.approx(row.highs[2] - row.lows[2], rel=1e-12)


def test_each_price_that_is_paid_has_a_row(base, book):
    """What the baseline consumes is ranked with its reason; of what it does not, the file says so."""
    book.add(Task("baseline", "", 0), *base)
    rows = ranking.ranked([], book, prices())
    assert {row.path for row in rows.rows} == {f"price.{name}" for name in base.consumed if name in prices()}
    assert len(rows.rows) > 10
    text = ranked.as_csv(rows, ranked.priced(), 14.0, "2026-11-22", "model")
    told = {row["path"]: row for row in csv.DictReader(io.StringIO(text))}
    assert set(told) == {f"price.{name}" for name in price_list()}
    foil = told["price.copper foil"]
    assert (foil["ids"], foil["low"], foil["high"], foil["basis"]) == ("A-270", "7.5 USD/kg", "30 USD/kg", "stated")
    assert told["price.steam_MJ"]["basis"] == "rule: by a factor of 2"
    assert (foil["throughput_swing_m2_per_d"], foil["yield_swing_pct"]) == ("0", "0")
    assert foil["note"] == ranking.BOOKED
    assert told["price.isoquinoline"]["note"] == ranked.UNUSED


def test_its_error_is_the_scatter_between_replications(book):
    """Amounts of 1 and 3 kg/m2: the mean times the range, and half their distance; an empty one is left out."""
    for number, consumed in enumerate(({"ESDA": 1.0}, {"ESDA": 3.0}, {})):
        book.add(Task("baseline", "", number), (100.0, 0.9, 20.0), consumed)
    (row,) = ranking.ranked([], book, {"ESDA": prices()["ESDA"], "ODA": prices()["ODA"]}).rows
    assert (row.swings, row.errors) == ((0.0, 0.0, 360.0), (0.0, 0.0, pytest.approx(180.0)))
    assert (row.lows[2], row.highs[2], row.replications) == (-120.0, 240.0, 2)


def test_of_one_replication_there_is_no_error(book):
    """One amount has no scatter."""
    book.add(Task("baseline", "", 0), (100.0, 0.9, 20.0), {"ESDA": 1.0})
    (row,) = ranking.ranked([], book, {"ESDA": prices()["ESDA"]}).rows
    assert math.isnan(row.errors[2])


def test_what_was_consumed_is_known_after_a_stop(tmp_path, book):
    """It is kept in the file, of the baseline only."""
    book.add(Task("baseline", "", 3), (100.0, 0.9, 20.0), {"ESDA": 1.5})
    book.add(Task("coating.power", "low", 3), (100.0, 0.9, 20.0), {"ESDA": 1.5})
    assert Journal(tmp_path / "one.jsonl", "identity").consumed == {3: {"ESDA": 1.5}}


def test_prices_are_listed_with_range_and_reason(capsys):
    """The list says of a price what it says of a setting."""
    assert cli.main(["assumptions", "price.methanol"]) == 0
    told = capsys.readouterr().out
    for words in ("A-01", "0.4 USD/kg", "0.2-0.8 USD/kg", "literature: Reported"):
        assert words in told


@pytest.mark.slow
def test_prices_alone_are_ranked_by_command(tmp_path, capsys):
    """Only the baseline is simulated for them."""
    asked = ["assumptions", "--rank", "price.*", "--set", "study.warm_up=10 d", "--days", "4", "--replications", "2"]
    asked += ["--workers", "1", "--journal", str(tmp_path / "j.jsonl")]
    assert cli.main(asked) == 0
    out, err = capsys.readouterr()
    assert "2 replications simulated" in err
    assert "price.ESDA" in out
    assert "0 without a swing" in out
