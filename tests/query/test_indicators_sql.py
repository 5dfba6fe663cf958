"""Every row of `indicators` follows from the logs by the shipped SQL."""

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from twin import study
from twin.indicators import CATALOGUE
from twin.query import opened, views
from twin.scenario import load
from twin.store import Store
from twin.store.parquet import COMPACT, TOLERANCE, write_file
from twin.tables import TABLES

KEY = ["run_id", "replication", "indicator", "scope", "subject", "detail"]


def test_every_row_is_recomputed_from_the_logs(frame):
    """Same rows, and in each the same numerator, denominator and value, to 1e-9."""
    told, again = (frame(name).set_index(KEY).sort_index() for name in ("indicators", "indicators_recomputed"))
    assert told.index.is_unique
    assert again.index.is_unique
    assert list(told.index) == list(again.index)
    for column in ("numerator", "denominator", "value"):
        mine, theirs = told[column].to_numpy(float), again[column].to_numpy(float)
        off = np.flatnonzero(~np.isclose(mine, theirs, rtol=1e-9, atol=1e-9, equal_nan=True))
        assert not len(off), (column, told.index[off[0]], mine[off[0]], theirs[off[0]])


def test_compact_logs_give_every_row_to_the_stated_tolerance(real, tmp_path):
    """Same rows, each off by no more than 1e-6 of its value or of its denominator; and money is not rounded."""
    store, known = Store(real.store), duckdb.connect()
    for name in TABLES:
        table = store.read(real.run_id, name)
        write_file(name, table, tmp_path / "one.parquet", COMPACT)
        small = pq.read_table(tmp_path / "one.parquet")
        for column in TABLES[name].columns:
            if column.unit == "USD":
                assert small[column.name].to_pylist() == table[column.name].to_pylist()
        known.register(name, small)
    for view in views():
        known.execute(view.sql)
    told, again = (
        known.sql(f"FROM {name}").df().set_index(KEY).sort_index() for name in ("indicators", "indicators_recomputed")
    )
    assert list(told.index) == list(again.index)
    names = told.index.get_level_values("indicator")
    coated = np.where(names == "lost", told.numerator[names == "coated"].max(), 0.0)
    wholes = {
        "numerator": np.maximum(coated, told.denominator),
        "denominator": 0.0,
        "value": np.where(told.value_unit == "1", 1.0, coated / told.denominator),
    }
    for column, whole in wholes.items():
        mine, theirs = told[column].to_numpy(float), again[column].to_numpy(float)
        close = np.abs(mine - theirs) <= TOLERANCE * np.maximum(np.abs(mine), whole)
        assert (close | (np.isnan(mine) & np.isnan(theirs))).all(), column
    assert not np.allclose(told.numerator, again.numerator, rtol=1e-9, atol=1e-9, equal_nan=True)  # it is needed


def test_every_indicator_of_the_catalogue_is_there(frame):
    """The run is rich enough that no indicator escapes the comparison."""
    assert set(frame("indicators").indicator) == set(CATALOGUE)


@pytest.mark.parametrize(
    ("sets", "named"),
    [
        (("plant.people.analysts=1", "plant.people.lab_delay=4"), "laboratory"),
        (("plant.people.analysts=8", "plant.people.lab_close=8 h"), "reactor"),
    ],
    ids=["too few analysts", "open for two hours"],
)
def test_what_the_laboratory_limits_is_named(tmp_path, sets, named):
    """Too few analysts are the bottleneck; a result that comes late by the clock limits the reactor that waits for it.

    In each replication, and from the logs by SQL as by Python.
    """
    plan = load("baseline", ("study.warm_up=10 d", "study.horizon=14 d", "study.replications=2", *sets))
    found = study.run(plan, tmp_path / "store", workers=1)
    keys = found.keys("bottleneck", "line")
    assert [key.detail for key in keys] == [named]
    again = opened(found.store).sql("SELECT detail, value FROM indicators_machines WHERE indicator = 'bottleneck'")
    assert [name for name, _ in again.fetchall()] == [named, named]
    values = sorted(value for _, value in again.fetchall())
    assert values == pytest.approx(sorted(found.series[keys[0]].values), rel=1e-9)


def test_the_two_oees_are_never_mixed(frame):
    """Each row names its standard; the OEE of SEMI E79 refers to all time, so it never exceeds that of ISO 22400."""
    found = frame("indicators")
    named = found[found.indicator.isin(["oee", "oee_e79"])]
    assert set(zip(named.indicator, named.standard, strict=True)) == {("oee", "ISO 22400-2"), ("oee_e79", "SEMI E79")}
    wide = named.pivot(index=["replication", "subject"], columns="indicator", values="value").fillna(1.0)
    assert (wide.oee_e79 <= wide.oee + 1e-12).all()
    assert (wide.oee_e79 < wide.oee - 1e-3).any()


def test_states_of_semi_e10_add_up(frame):
    """The basic states of each station share all of its time."""
    found = frame("indicators")
    shares = found[found.indicator == "time_share_e10"]
    assert np.allclose(shares.groupby(["replication", "subject"], observed=True).value.sum(), 1.0, atol=1e-9)
    assert set(shares.standard) == {"SEMI E10"}
