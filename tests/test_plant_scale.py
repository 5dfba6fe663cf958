"""At plant scale each stage, set as by default, takes the time and uses the material, power and gas of its kind."""

from collections.abc import Mapping
from math import isfinite
from statistics import fmean

import pytest
from walking import prepared, visited

from twin.material import Lot
from twin.products import ADHESIVE_FILM, CLAD_LAMINATE, Product
from twin.stage import Outcome, Stage
from twin.stages.curing import Curing

LOTS = 12
CHEMISTRY = ("synthesis", "imidization", "precipitation", "dissolution")
FIGURES = (
    # charging and dissolving 1.5-3 h, cooling and feeding dianhydride 1-2.5 h, 3 to 10 trims of half an hour
    ("synthesis", "h", 4.0, 10.5),
    # 500 L hold 2.5 times what 200 L do: 19.61 kg of ESDA, 14.71 kg of BAPS-M, 79.9 kg of DMF; drums are not pure
    ("synthesis", "ESDA", 47.5, 50.5),
    ("synthesis", "BAPS-M", 36.0, 37.7),
    ("synthesis", "DMF", 199.0, 201.0),
    # reagents and stirring 0.7-1 h, heating 0.55 h, hold 1 h, cooling 0.66 h; 2.5 times 34.3, 7.90 and 13.66 kg
    ("imidization", "h", 2.91, 3.21),
    ("imidization", "DMF", 83.0, 88.0),
    ("imidization", "beta-picoline", 18.9, 20.5),
    ("imidization", "acetic anhydride", 32.7, 35.3),
    # precipitating 1.5-3 h, filtering, grinding and four washes 4-8 h, drying 4-14 h; 20 and 40 kg of methanol per kg
    ("precipitation", "h", 9.5, 25.0),
    ("precipitation", "methanol", 4500.0, 5400.0),
    # dissolving, filtering and deaerating 6-14 h; 5.1, 0.25 and 0.075 kg on each of 2.5 times 31.8 kg of polyimide
    ("dissolution", "h", 6.0, 14.0),
    ("dissolution", "1,3-dioxolane", 380.0, 425.0),
    ("dissolution", "1032H60", 18.6, 20.9),
    ("dissolution", "DDS", 5.6, 6.3),
    # 213 kg of varnish are 117 h of a web at 2 m/min, so 7.8 kg are 4.28 h; that is a roll of 500 m
    ("coating", "h", 4.1, 4.5),
    ("predrying", "h", 3.9, 4.4),
    ("winding", "h", 3.9, 4.4),
    # 800 m3/h of air warmed by 100 K are 27 kW: here by 75 to 95 K, and the fans come to it
    ("predrying", "kWh per 800 m3", 20.2, 27.2),
    # a roll of 500 m at 3 m/min; copper of 161 g/m2 on a web of 0.5 m
    ("coating on foil", "h", 2.7, 3.1),
    ("coating on foil", "copper foil", 39.0, 43.0),
    # dry under vacuum after 6-14 h; 125 min of loading, pumping, filling and unloading, 16 and 20 h, cooling for 6-10 h
    ("curing", "h until dry", 6.0, 14.0),
    ("curing", "h", 44.1, 48.1),
    # of each of four rolls: 8-15 kW of the shell for 36.3 h, 1.2 kWh and more of its own; 2-3 chambers of 3 m3, 5 m3/h
    ("curing", "electricity_kWh", 74.0, 140.0),
    ("curing", "nitrogen_m3", 34.0, 39.8),
    # four cycles with 20 min under pressure each, heated and cooled in less than twice that; 161 g/m2 on 30 m2
    ("lamination", "h", 1.34, 4.0),
    ("lamination", "copper foil", 4.80, 4.86),
    # 400 panels of 2,000 holes at 100 a second with 25 s of handling; 4 kW
    ("drilling", "h", 4.99, 5.01),
    ("drilling", "electricity_kWh", 19.9, 20.1),
)


def walked(product: Product, stages: Mapping[str, Stage]) -> dict[str, list[Outcome]]:
    """What each stage answers of a dozen lots."""
    lots = [Lot(number, product.name) for number in range(LOTS)]
    found = {}
    for name, stage in stages.items():
        found[name] = [visited(stage, prepared(product, name, lot)) for lot in lots]
        lots = [one.lot for one in found[name]]
    return found


@pytest.fixture(scope="module")
def asked() -> dict[str, list[Outcome]]:
    """The answers of all ten stages: of the oven about rolls of the laminate, of the others about the film."""
    film = walked(ADHESIVE_FILM, {name: type(stage)() for name, stage in ADHESIVE_FILM.procedure.items()})
    clad = walked(CLAD_LAMINATE, {**CLAD_LAMINATE.procedure, "curing": Curing()})
    return {**film, "coating on foil": clad["coating"], "curing": clad["curing"]}


def reading(done: Outcome, name: str) -> float:
    """Hours, kilograms of a feed, or another consumption of one operation."""
    if name == "kWh per 800 m3":
        return 800.0 * done.utilities["electricity_kWh"] / done.utilities["air_m3"]
    known = {"h": done.duration / 3600.0, "h until dry": done.measures.get("drying_time", 0.0) / 3600.0}
    return {**known, **done.feeds, **done.utilities}[name]


@pytest.mark.parametrize(("stage", "name", "low", "high"), FIGURES, ids=[f"{one[0]}, {one[1]}" for one in FIGURES])
def test_a_stage_keeps_to_the_figures_of_its_kind(
    asked: dict[str, list[Outcome]], stage: str, name: str, low: float, high: float
) -> None:
    """On average over lots, time and consumption lie within what such equipment and such a recipe are known for."""
    assert low <= fmean(reading(one, name) for one in asked[stage]) <= high


def test_all_ten_stages_take_time_and_power(asked: dict[str, list[Outcome]]) -> None:
    """Every operation takes time and power; nothing that it uses is negative or endless."""
    assert len(asked.keys() - {"coating on foil"}) == 10
    for done in (one for lots in asked.values() for one in lots):
        used = (*done.feeds.values(), *done.utilities.values(), *done.losses.values())
        assert all(isfinite(amount) and amount >= 0.0 for amount in used)
        assert done.duration > 0.0
        assert done.utilities["electricity_kWh"] > 0.0


@pytest.mark.parametrize(("name", "low", "high"), [("electricity_kWh", 6.0, 10.0), ("nitrogen_m3", 3.0, 5.0)])
def test_the_chemistry_keeps_to_the_figures_of_a_kilogram(
    asked: dict[str, list[Outcome]], name: str, low: float, high: float
) -> None:
    """From monomers to varnish a kilogram of polyimide takes 6-10 kWh and 3-5 m3 of nitrogen."""
    used = sum(one.utilities[name] for stage in CHEMISTRY for one in asked[stage])
    assert low <= used / sum(one.lot.mass for one in asked["precipitation"]) <= high
