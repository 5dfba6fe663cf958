"""The guide and the notebook for analysts do what they say, on the sample store."""

import importlib.util
import shutil
from contextlib import chdir
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest

from twin.guide import refreshed
from twin.sample import FOLDER, PAGE, PROJECT

NOTEBOOK = PROJECT / "docs" / "notebooks" / "analyse.py"


def test_every_block_of_the_guide_prints_what_stands_under_it():
    """If not, `python -m twin.sample` writes it anew, or the block is wrong."""
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("```python") >= 7
    assert refreshed(text, PROJECT) == text


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """The sample with a second run of the baseline: older, of the contract before, and with every row of lots twice."""
    store = Path(shutil.copytree(FOLDER, tmp_path_factory.mktemp("sample") / "store"))
    for path in sorted(store.glob("tables/*/baseline-*.parquet")):
        rows = pd.read_parquet(path)
        rows = rows.assign(run_id="baseline-zz").drop(columns=["numerator_unit"], errors="ignore")
        if "started_utc" in rows:
            rows["started_utc"] -= pd.Timedelta(days=1)
        if path.parent.name != "runs":
            rows = pd.concat([rows, rows])
        rows.to_parquet(path.with_name("baseline-zz.parquet"))
    return store


def test_the_guide_works_where_a_scenario_has_several_runs(crowded):
    """The same lines print the same, since they choose a run before they add anything up."""
    text, sample = PAGE.read_text(encoding="utf-8"), 'Path("datasets/sample")'
    assert text.count(sample) == 1
    assert refreshed(text.replace(sample, f'Path("{crowded}")'), PROJECT).replace(str(crowded), "x") == text.replace(
        sample, 'Path("x")'
    )


def of_size(folder, replications):
    """The sample with another number of replications: the first one that often."""
    store = Path(shutil.copytree(FOLDER, folder / f"of-{replications}"))
    for path in sorted(store.glob("tables/*/*.parquet")):
        rows = pd.read_parquet(path)
        if "replication" in rows:
            first = rows[rows["replication"] == 0]
            pd.concat([first.assign(replication=number) for number in range(replications)]).to_parquet(path)
    return store


@pytest.mark.parametrize(("replications", "words"), [(1, "+- nan m2/d (1 pairs)"), (12, "+- 0 m2/d (12 pairs)")])
def test_the_guide_works_for_any_number_of_replications(tmp_path, replications, words):
    """An interval comes from as many values as there are, and from one there is none."""
    text = PAGE.read_text(encoding="utf-8").replace("datasets/sample", str(of_size(tmp_path, replications)))
    found = refreshed(text, PROJECT)
    assert words in found
    assert ("zero lies outside" in found) == (replications > 1)


def test_the_guide_finds_the_files_of_every_table():
    """Also those of ``executions``, which have longer names."""
    names: dict[str, object] = {}
    opening = PAGE.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    with chdir(PROJECT):
        exec(compile(opening, "guide", "exec"), names)  # noqa: S102 - the page is ours
        for folder in (FOLDER / "tables").iterdir():
            assert sorted(map(Path, names["files"](folder.name))) == sorted(
                one.relative_to(PROJECT) for one in folder.iterdir()
            )


def ran(notebook):
    """Return what the cells of a notebook define, executed as marimo does it."""
    pytest.importorskip("marimo")
    mpl.use("Agg")
    spec = importlib.util.spec_from_file_location("analyse", notebook)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app.run()[1]


@pytest.fixture(scope="module")
def found():
    """What the cells of the notebook define."""
    return ran(NOTEBOOK)


def test_the_notebook_works_where_a_scenario_has_several_runs(found, crowded, tmp_path):
    """Its tables are those of the sample alone."""
    place = 'Path(__file__).resolve().parents[2] / "datasets" / "sample"'
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert text.count(place) == 1
    (tmp_path / "again.py").write_text(text.replace(place, f'Path("{crowded}")'), encoding="utf-8")
    again = ran(tmp_path / "again.py")
    for name in ("wait_h", "caused_m2", "ppk"):
        assert again[name].equals(found[name]), name
    assert again["lost_pct"].equals(found["lost_pct"])
    keys = ["scenario", "stage", "kind"]
    costs = [one["cost_by_step"].set_index(keys)["usd_per_m2"].sort_index() for one in (found, again)]
    assert costs[0].to_dict() == pytest.approx(costs[1].to_dict(), rel=1e-12)


@pytest.fixture(scope="module")
def indicators():
    """Indicators of the line, which the model's own code computed from the same logs."""
    rows = pd.read_parquet(FOLDER / "tables" / "indicators").query("scope == 'line'")
    return rows.astype({"scenario": str, "indicator": str, "detail": str})


def pooled(rows, indicator):
    """Ratio of sums over replications, by scenario."""
    mine = rows[rows["indicator"] == indicator].groupby("scenario")[["numerator", "denominator"]].sum()
    return mine["numerator"] / mine["denominator"]


def test_the_steps_of_the_notebook_add_to_the_indicator_of_cost(found, indicators):
    """Cost by step, weighted over replications as the indicator is, adds to the indicator."""
    steps = found["cost_by_step"].groupby("scenario")["usd_per_m2"].sum()
    assert dict(steps) == pytest.approx(dict(pooled(indicators, "cost")), rel=1e-9)


def test_the_losses_of_the_notebook_add_to_what_yield_lacks(found, indicators):
    """Shares by limit add to one less yield, since nothing else is lost of the judged area."""
    lost = found["lost_pct"].to_pandas().groupby("scenario")["pct"].sum()
    lacking = 100 * (1 - pooled(indicators, "yield"))
    assert dict(lost) == pytest.approx(dict(lacking), rel=1e-9)


def test_the_shares_of_resin_lots_add_to_all_area_of_rolls_and_panels(found):
    """No square metre is lost or counted twice on the way from resin to film."""
    lots = pd.read_parquet(FOLDER / "tables" / "lots").query("scenario == 'baseline' and replication == 0")
    area = lots[lots["fate"].isin(["shipped", "scrapped", "inside"])]["area_m2"].sum()
    columns = ["shipped", "scrapped", "still inside"]
    assert found["caused_m2"][columns].to_numpy().sum() == pytest.approx(area, rel=1e-9)


def test_capability_and_waits_of_the_notebook_come_from_the_rolls(found):
    """The predried laminate is capable in each replication; with an oven down, lots wait longer for curing."""
    assert found["ppk"].min() > 1.33
    assert len(found["ppk"]) == 3
    waits = found["wait_h"]["mean"].loc["curing"]
    assert waits["oven-2-down"] > waits["baseline"] > 0


def test_every_plot_of_the_notebook_says_what_it_shows(found):
    """Each figure has a title, a quantity with a unit on an axis, and a legend."""
    figures = [one for name, one in found.items() if name.startswith("fig_")]
    assert len(figures) == 5
    for figure in figures:
        title = figure.get_suptitle() or figure.axes[0].get_title()
        labels = figure.axes[0].get_xlabel() + figure.axes[0].get_ylabel()
        assert title
        assert "[" in labels
        assert figure.legends
