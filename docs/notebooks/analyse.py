"""Worked questions about the tables of a run, with plots: `marimo edit docs/notebooks/analyse.py`."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="What the tables of the film line answer")


@app.cell
def opening():
    """Open the store."""
    from pathlib import Path

    import duckdb
    import marimo as mo
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd
    import polars as pl

    store = Path(__file__).resolve().parents[2] / "datasets" / "sample"  # or your own: Path("datasets/store")
    runs = pd.read_parquet(store / "tables/runs").astype({"run_id": str, "scenario": str})  # first: these are finished
    _executions = pd.read_parquet(store / "tables/executions").astype({"run_id": str})
    _last = _executions.groupby("run_id")["started_utc"].max()
    runs = runs.assign(at=runs["run_id"].map(_last)).sort_values("at").drop_duplicates("scenario", keep="last")
    runs = runs.drop(columns="at").sort_values("scenario")  # of each scenario the run that was computed last
    scenarios = runs["scenario"].tolist()

    def files(name: str) -> list[str]:
        """Return where a table of the chosen runs stands."""
        return [str(file) for run in runs["run_id"] for file in sorted((store / "tables" / name).glob(f"{run}.*"))]

    def table(name: str) -> pd.DataFrame:
        """Return a table of the chosen runs, each row with the end of the warm-up."""
        rows = pd.read_parquet(files(name)).astype({"run_id": str, "scenario": str})
        return rows.merge(runs[["run_id", "warm_up_s"]].rename(columns={"warm_up_s": "from_s"}), on="run_id")

    colours = dict(zip(scenarios, plt.get_cmap("tab10").colors, strict=False))
    heading = mo.md(
        f"# What the tables answer\n\n{len(runs)} runs: {', '.join(scenarios)}. Tables: `datasets/README.md`."
    )
    return colours, duckdb, files, heading, mo, np, pd, pl, plt, runs, scenarios, table


@app.cell
def title(heading):
    """Show what is open."""
    heading
    return


@app.cell
def ask_waits(mo):
    """Put the question."""
    mo.md("## Where do lots wait? (pandas)\n\nFrom a lot's arrival at a station to the start of its operation.")
    return


@app.cell
def waits(colours, np, pd, plt, scenarios, table):
    """Waits by stage, with the tenth that waits longest."""
    _visits = table("visits")
    _own = ~_visits["stage"].isin(["predrying", "winding", "service"])  # one pass with coating; the laboratory
    _visits = _visits[_own].astype({"stage": str, "scenario": str})
    _order = _visits.groupby("stage")["start_s"].min().sort_values(ascending=False).index  # as the process goes
    _visits = _visits[_visits["start_s"] >= _visits["from_s"]]
    _visits["wait_h"] = (_visits["start_s"] - _visits["arrived_s"]) / 3600
    _grouped = _visits.groupby(["stage", "scenario"])["wait_h"]
    wait_h = pd.DataFrame({"mean": _grouped.mean(), "p90": _grouped.quantile(0.9)}).unstack()
    fig_waits, _axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    _high = 0.8 / len(scenarios)
    for _number, _name in enumerate(scenarios):
        _place = np.arange(len(_order)) - (_number - (len(scenarios) - 1) / 2) * _high
        _axes.barh(_place, wait_h["mean"][_name].loc[_order], _high, color=colours[_name], label=_name)
        _axes.plot(wait_h["p90"][_name].loc[_order], _place, "|", color="black", markersize=9)
    _axes.plot([], [], "|", color="black", markersize=9, label="nine of ten wait less")
    _axes.set(yticks=np.arange(len(_order)), yticklabels=_order, xlabel="mean wait before the operation [h]")
    _axes.set_title("Where lots wait")
    fig_waits.legend(loc="outside lower center", ncols=3)
    fig_waits
    return fig_waits, wait_h


@app.cell
def ask_losses(mo):
    """Put the question."""
    mo.md("## Which limit takes how much? (polars)\n\nArea lost or downgraded, by the verdict that decided.")
    return


@app.cell
def losses(colours, files, np, pl, plt, scenarios):
    """Share of the judged area that each limit takes, and each replication beside it."""
    _files = [pl.scan_parquet(one) for one in files("indicators")]  # a run of an older contract lacks columns
    _line = pl.concat(_files, how="diagonal_relaxed").collect().filter(pl.col("scope") == "line")
    _line = _line.with_columns(pl.col("scenario", "indicator", "detail").cast(pl.String))
    _judged = _line.filter(pl.col("indicator") == "yield").select("scenario", "replication", judged="denominator")
    _lost = _line.filter((pl.col("indicator") == "lost") & (pl.col("numerator") > 0))
    _limits = _lost.select("detail").unique()
    _each = (  # a replication in which a limit took nothing counts as 0
        _judged.join(_limits, how="cross")
        .join(_lost.select("scenario", "replication", "detail", lost="numerator"),
              on=["scenario", "replication", "detail"], how="left")
        .with_columns(pl.col("lost").fill_null(0.0))
    )  # fmt: skip
    lost_pct = (
        _each.group_by("scenario", "detail")
        .agg(pct=100 * pl.col("lost").sum() / pl.col("judged").sum(), each=100 * pl.col("lost") / pl.col("judged"))
        .sort("pct", "detail")
    )
    _names = lost_pct["detail"].unique(maintain_order=True).to_list()
    fig_losses, _axes = plt.subplots(figsize=(8, 1.8 + 0.8 * len(_names)), layout="constrained")
    _high = 0.8 / len(scenarios)
    for _number, _name in enumerate(scenarios):
        for _row in lost_pct.filter(pl.col("scenario") == _name).iter_rows(named=True):
            _place = _names.index(_row["detail"]) - (_number - (len(scenarios) - 1) / 2) * _high
            _axes.barh(_place, _row["pct"], _high, color=colours[_name])
            _axes.plot(_row["each"], [_place] * len(_row["each"]), "o", color="black", markersize=4, clip_on=False)
        _axes.barh(0, 0, color=colours[_name], label=_name)
    _axes.plot([], [], "o", color="black", markersize=4, label="one replication")
    _axes.set(yticks=np.arange(len(_names)), yticklabels=_names, xlabel="lost, of the judged area [%]", xlim=(0, None))
    _axes.set_title("What each limit takes")
    fig_losses.legend(loc="outside lower center", ncols=3)
    fig_losses
    return fig_losses, lost_pct


@app.cell
def ask_resin(mo):
    """Put the question."""
    mo.md(
        "## What did a resin lot cause downstream? (DuckDB)\n\nGenealogy is many to many; a lot carries of each of its "
        "parents the share of the mass, so that no square metre counts twice."
    )
    return


@app.cell
def resin(duckdb, files, plt, scenarios):
    """Area that came of each resin lot of one replication."""
    _query = """
        WITH RECURSIVE lots AS (FROM read_parquet($lots)), genealogy AS (FROM read_parquet($genealogy)),
        parts AS (
            SELECT *, mass_kg / sum(mass_kg) OVER (PARTITION BY run_id, replication, child) AS part FROM genealogy
        ), down AS (
            SELECT run_id, replication, lot AS resin, lot, 1.0 AS share FROM lots WHERE maker = 'orders'
            UNION ALL
            SELECT d.run_id, d.replication, d.resin, p.child, d.share * p.part
            FROM down d JOIN parts p ON (p.run_id, p.replication, p.parent) = (d.run_id, d.replication, d.lot)
        )
        SELECT resin, any_value(product) AS product,
               coalesce(sum(share * area_m2) FILTER (fate = 'shipped'), 0) AS shipped,
               coalesce(sum(share * area_m2) FILTER (fate = 'scrapped'), 0) AS scrapped,
               coalesce(sum(share * area_m2) FILTER (fate = 'inside'), 0) AS "still inside"
        FROM down JOIN lots USING (run_id, replication, lot)
        WHERE replication = 0
        GROUP BY resin HAVING shipped + scrapped + "still inside" > 0 ORDER BY resin
    """
    caused_m2 = duckdb.connect().execute(_query, {name: files(name)[:1] for name in ("lots", "genealogy")}).df()
    fig_resin, _axes = plt.subplots(figsize=(8, 4), layout="constrained")
    _below = 0.0
    _fates = {"shipped": "tab:green", "scrapped": "tab:red", "still inside": "lightgrey"}
    for _fate, _colour in _fates.items():
        _axes.bar(range(len(caused_m2)), caused_m2[_fate], bottom=_below, color=_colour, label=_fate)
        _below = _below + caused_m2[_fate]
    _short = {"adhesive_film": "film", "clad_laminate": "clad"}
    _labels = [f"{one.resin}\n{_short.get(one.product, one.product)}" for one in caused_m2.itertuples()]
    _axes.set_xticks(range(len(caused_m2)), _labels)
    _axes.set(xlabel="resin lot, product", ylabel="area that came of it [m2]", ylim=(0, 1.05 * max(_below)))
    _axes.set_title(f"What became of each resin lot ({scenarios[0]}, replication 0)")
    fig_resin.legend(loc="outside lower center", ncols=3)
    fig_resin
    return caused_m2, fig_resin


@app.cell
def ask_solvent(mo):
    """Put the question."""
    mo.md(
        "## Is residual solvent under control? (pandas)\n\nPredried laminate against claim 9; each replication apart."
    )
    return


@app.cell
def solvent(np, plt, scenarios, table):
    """Rolls of the measured time as they were made, beside the limits; and Ppk of each replication."""
    _all = table("measurements").query("at_s > from_s")
    _mine = (_all["measure"] == "residual_solvent") & (_all["stage"] == "predrying")
    _rolls = _all[_mine & (_all["product"] == "clad_laminate") & (_all["scenario"] == scenarios[0])]
    _limits = table("dispositions").query("limit == 'A01 residual'")
    _low, _high = _limits["lower"].iloc[0], _limits["upper"].iloc[0]
    _groups = _rolls.groupby("replication")["value"]
    ppk = np.minimum(_groups.mean() - _low, _high - _groups.mean()) / (3 * _groups.std())
    fig_solvent, (_left, _right) = plt.subplots(
        1, 2, figsize=(9, 4), layout="constrained", width_ratios=(3, 1), sharey=True
    )
    for _number, _group in _groups:
        _times = _rolls.loc[_group.index, "at_s"] / 86400
        _left.plot(_times, 100 * _group, ".", label=f"replication {_number}, Ppk {ppk[_number]:.1f}")
    _right.hist(100 * _rolls["value"], bins=20, orientation="horizontal", color="grey")
    for _axes in (_left, _right):
        _axes.axhline(100 * _low, color="tab:red", linestyle="--")
        _axes.axhline(100 * _high, color="tab:red", linestyle="--")
    _left.annotate("limits of claim 9", (0.01, 100 * _high), xycoords=("axes fraction", "data"), va="bottom",
                   color="tab:red")  # fmt: skip
    _left.set(xlabel="simulated time, warm-up included [d]", ylabel="residual solvent after predrying [wt%]")
    _left.set_ylim(100 * _low - 3, 100 * _high + 3)
    _right.set(xlabel="rolls")
    fig_solvent.legend(loc="outside lower center", ncols=3)
    fig_solvent.suptitle(f"Residual solvent of the laminate ({scenarios[0]})")
    fig_solvent
    return fig_solvent, ppk


@app.cell
def ask_cost(mo):
    """Put the question."""
    mo.md("## What does a square metre cost, by step? (DuckDB)\n\nFeeds and utilities, by first-grade area shipped.")
    return


@app.cell
def cost(duckdb, files, plt, runs, scenarios):
    """Cost by step, feeds and utilities on top of each other."""
    _query = """
        WITH good AS (
            SELECT run_id, sum(area_m2) AS m2
            FROM read_parquet($lots) JOIN runs USING (run_id)
            WHERE fate = 'shipped' AND grade = 0 AND ended_s >= warm_up_s GROUP BY run_id
        )
        SELECT runs.scenario, stage, kind, sum(cost_usd) / any_value(m2) AS usd_per_m2
        FROM read_parquet($consumption) JOIN runs USING (run_id) JOIN good USING (run_id)
        WHERE at_s >= warm_up_s AND kind IN ('feed', 'utility') GROUP BY ALL
    """
    _db = duckdb.connect()
    _db.register("runs", runs)
    cost_by_step = _db.execute(_query, {name: files(name) for name in ("lots", "consumption")}).df()
    _table = cost_by_step.query("scenario == @scenarios[0]").pivot(index="stage", columns="kind", values="usd_per_m2")
    _table = _table.fillna(0.0)
    _table = _table.loc[_table.sum(axis=1).sort_values().index]
    fig_cost, _axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    _axes.barh(_table.index, _table["feed"], color="tab:blue", label="feeds")
    _axes.barh(_table.index, _table["utility"], left=_table["feed"], color="tab:orange", label="utilities, operators")
    for _place, _sum in enumerate(_table.sum(axis=1)):
        _axes.annotate(f" {_sum:.2f}", (_sum, _place), va="center")
    _axes.set(xlabel="cost by first-grade area [USD/m2]", xlim=(0, 1.1 * _table.sum(axis=1).max()))
    _axes.set_title(f"What a square metre costs ({scenarios[0]}): {_table.to_numpy().sum():.2f} USD/m2")
    fig_cost.legend(loc="outside lower center", ncols=2)
    fig_cost
    return cost_by_step, fig_cost


if __name__ == "__main__":
    app.run()
