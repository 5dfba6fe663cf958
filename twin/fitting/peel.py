"""Peel: the curve of peel strength over epoxy, and how fast hot air takes it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from twin.draws import Draws
from twin.fitting.law import Column, Law, Prediction, Row
from twin.material import Lot
from twin.stage import Visit

FRESH, AGED = "peel_n_per_cm", "aged_peel_n_per_cm"
HARDENER = 0.3  # DDS per epoxy, JP 2003-027014, Example 1: 1.5 g for 5 g
_RECIPE = {
    "epoxy_phr": "epoxy_phr",
    "tmeg_share": "aliphatic_share",
    "apb_share": "short_share",
    "tetrad_c_share": "glycidyl_amine_share",
}
_SHARES = tuple(_RECIPE)[1:]
_PRESS = ("press_degc", "press_mpa", "press_min")
_SETTINGS = {
    "press_degc": "temperature",
    "press_mpa": "pressure",
    "press_min": "press_time",
    "ageing_degc": "ageing_temperature",
    "ageing_h": "ageing_time",
}


def _prepare(procedure: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the stage of any product
    return replace(procedure["lamination"], temperature_sd=0.0, press_time_sd=0.0, peel_sd=0.0)


def _meant(stage: Any, row: Row) -> Row:  # noqa: ANN401 - as above
    """What a row leaves empty is the recipe's, and of monomers and resins none."""
    shares = dict.fromkeys(_SHARES, 0.0)
    return {**shares, **{name: getattr(stage, ours) for name, ours in _SETTINGS.items()}, **row}


def _predict(stage: Any, row: Row) -> Prediction:  # noqa: ANN401 - as above
    """Fresh and aged peel of one laminate."""
    row = _meant(stage, row)
    added = (1.0 + HARDENER) * row["epoxy_phr"]
    known = {ours: row[name] for name, ours in _RECIPE.items()}
    lot = Lot(1, panels=1.0, mass=1.0, properties={**known, "reactive_share": added / (100.0 + added)})
    set_so = {ours: row[name] for name, ours in _SETTINGS.items()}
    end = replace(stage, **set_so).run(lot, Visit(), Draws(1))
    return Prediction({FRESH: end.measures["peel"], AGED: end.measures["peel_aged"]}, end.flags)


def _share(name: str, of: str) -> Column:
    return Column(name, "1", "1", 0.0, 1.0, f"{of}; empty for none.")


PEEL = Law(
    kind="peel",
    product="adhesive_film",
    stage="lamination",
    about="peel strength over epoxy content, and its loss in hot air",
    columns=(
        Column("epoxy_phr", "1", "1", 0.0, 100.0, "Epoxy on 100 parts of polyimide.", required=True),
        _share("tmeg_share", "Mole share of TMEG among the dianhydrides"),
        _share("apb_share", "Mole share of APB among the diamines"),
        _share("tetrad_c_share", "Mass share of TETRAD-C in the epoxy"),
        Column("press_degc", "degC", "K", 100.0, 300.0, "Press; empty for that of the recipe."),
        Column("press_mpa", "MPa", "Pa", 0.01, 20.0, "Its pressure; empty for that of the recipe."),
        Column("press_min", "min", "s", 0.1, 600.0, "Its hold; empty for that of the recipe."),
        Column("ageing_degc", "degC", "K", 20.0, 250.0, "Hot air; empty for the recipe's test at 150."),
        Column("ageing_h", "h", "s", 0.0, 20000.0, "How long in it; empty for the recipe's test of 1000."),
        # A-404 (2-5): peels of one laminate scatter by 0.5 N/cm; what lies 3 apart is not one laminate
        Column(FRESH, "N/cm", "N/m", 0.0, 50.0, "Peel strength, fresh.", apart=3.0, reads=(*_RECIPE, *_PRESS)),
        Column(AGED, "N/cm", "N/m", 0.0, 50.0, "Peel strength after the hot air.", apart=3.0),
    ),
    settings=("peel_added", "ageing_rate", "best_epoxy", "peel_bare", "ageing_activation"),
    linear=frozenset({"ageing_activation"}),
    prepare=_prepare,
    meant=_meant,
    predict=_predict,
    sources=("stages/lamination.py", "polymer/cure.py", "polymer/kinetics.py"),
    needs=(FRESH, AGED),
)
