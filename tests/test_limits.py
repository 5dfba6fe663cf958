"""Each limit of each product can be missed: at its end a lot passes, just beyond it the lot is marked or judged.

The ends are written here once more, as the patents say them, so that a limit that moves, or that nothing can miss,
is seen.
"""

import pytest

from twin.limit import Limit
from twin.line.gate import verdicts
from twin.line.item import Item
from twin.material import Lot
from twin.products import PRODUCTS
from twin.scenario import baseline
from twin.settings import changed, tree
from twin.units import to_si
from twin.windows import marks, outside, set_points, word

PLAN = baseline()
KNOWN = tree(PLAN)
CLAD, FILM = "clad_laminate", "adhesive_film"
JUDGED = [  # product, limit, a measure that passes, one that does not, and what follows
    (CLAD, "S01 viscosity", "190 poise", "191 poise", "scrap"),
    (CLAD, "S01 viscosity", "70 poise", "69 poise", "repeat"),
    (CLAD, "S02 imide", "0.95", "0.949", "repeat"),
    (CLAD, "S03 volatiles", "1 wt%", "1.01 wt%", "repeat"),
    (CLAD, "A17 soluble", "1", "0", "scrap"),
    (CLAD, "A01 residual", "10 wt%", "9.9 wt%", "downgrade"),
    (CLAD, "A01 residual", "40 wt%", "40.1 wt%", "downgrade"),
    (CLAD, "S04 blister", "1", "1.01", "downgrade"),
    (CLAD, "S05 defects", "0.25 1/m^2", "0.26 1/m^2", "downgrade"),
    (CLAD, "A03 contact", "0 m", "0.1 m", "cut"),
    (CLAD, "A06 residual", "5 wt%", "5.1 wt%", "repeat"),
    (CLAD, "A09 insoluble", "1 wt%", "0.9 wt%", "repeat"),
    (CLAD, "A09 over-cured", "99 wt%", "99.1 wt%", "downgrade"),
    (CLAD, "A10 tear", "15 kgf", "14.9 kgf", "scrap"),
    (CLAD, "A11 dimension", "0.001", "0.00101", "scrap"),
    (CLAD, "A12 solder", "350 degC", "349 degC", "scrap"),
    (CLAD, "A13 adhesion", "7.84532 N/cm", "7.84 N/cm", "scrap"),
    (CLAD, "A14 curl", "15 cm", "14.9 cm", "scrap"),
    (CLAD, "A15 roughness", "0.4 um", "0.41 um", "scrap"),
    (CLAD, "A16 alkali", "0.4", "0.39", "scrap"),
    (CLAD, "D01 unopened", "2", "3", "scrap"),
    (FILM, "S01 viscosity", "1800 poise", "1810 poise", "scrap"),
    (FILM, "S01 viscosity", "1000 poise", "990 poise", "repeat"),
    (FILM, "S02 imide", "0.95", "0.949", "repeat"),
    (FILM, "S03 volatiles", "1 wt%", "1.01 wt%", "repeat"),
    (FILM, "S04 blister", "1", "1.01", "downgrade"),
    (FILM, "S05 defects", "0.25 1/m^2", "0.26 1/m^2", "downgrade"),
    (FILM, "B05 Tg", "200 degC", "200.1 degC", "mark"),
    (FILM, "B06 soluble", "1", "0", "scrap"),
    (FILM, "B07 cyclic ether", "30 wt%", "29.9 wt%", "mark"),
    (FILM, "B12 triangle", "1", "2", "downgrade"),
    (FILM, "B12 unopened", "2", "3", "scrap"),
]
SET = [  # product, limit, setting, a value that passes and one that does not
    *((CLAD, f"A02 zone {one}", f"predrying.zone_{one}", "134.2 degC", "134.3 degC") for one in (1, 2, 3, 4)),
    *((CLAD, f"A02 zone {one}", f"predrying.zone_{one}", "74.2 degC", "74.1 degC") for one in (1, 2, 3, 4)),
    (CLAD, "A04 tape", "winding.spacer_tape", "1", "0"),
    (CLAD, "A04 borders", "coating.coated_width", "480 mm", "481 mm"),
    (CLAD, "A04 borders", "coating.web_width", "500 mm", "499 mm"),
    (CLAD, "A04 borders", "winding.tape_width", "10 mm", "10.1 mm"),
    (CLAD, "A05 vacuum", "curing.vacuum_temperature", "200 degC", "199 degC"),
    (CLAD, "A05 vacuum", "curing.vacuum_temperature", "400 degC", "401 degC"),
    (CLAD, "A07 inert", "curing.inert_temperature", "200 degC", "199 degC"),
    (CLAD, "A07 inert", "curing.inert_temperature", "400 degC", "401 degC"),
    (CLAD, "A07 time", "curing.inert_time", "1 h", "0.9 h"),
    (CLAD, "A07 time", "curing.inert_time", "30 h", "31 h"),
    (CLAD, "A08 pressure", "curing.chamber_pressure", "0.9 bar", "0.99 bar"),
    (FILM, "B01 thickness", "coating.dry_thickness", "10 um", "10.1 um"),
    (FILM, "B02 release film", "coating.carrier_thickness", "5 um", "4.9 um"),
    (FILM, "B02 release film", "coating.carrier_thickness", "200 um", "201 um"),
    (FILM, "B03 bonding", "lamination.temperature", "200 degC", "201 degC"),
    (FILM, "B04 temperature", "lamination.temperature", "150 degC", "149 degC"),
    (FILM, "B04 temperature", "lamination.temperature", "200 degC", "201 degC"),
    (FILM, "B04 pressure", "lamination.pressure", "0.1 MPa", "0.09 MPa"),
    (FILM, "B04 pressure", "lamination.pressure", "10 MPa", "10.1 MPa"),
    (FILM, "B04 time", "lamination.press_time", "5 min", "4.9 min"),
    (FILM, "B04 time", "lamination.press_time", "20 min", "20.1 min"),
    (FILM, "B08 epoxy", "dissolution.epoxy_ratio", "1 phr", "0.9 phr"),
    (FILM, "B08 epoxy", "dissolution.epoxy_ratio", "50 phr", "51 phr"),
    (FILM, "B09 solids", "dissolution.solvent_ratio", "1.326", "1.32"),
    (FILM, "B09 solids", "dissolution.solvent_ratio", "25.17", "25.2"),
    *((FILM, f"B10 zone {one}", f"predrying.zone_{one}", "100 degC", "101 degC") for one in (1, 2)),
    *((FILM, f"B10 zone {one}", f"predrying.zone_{one}", "120 degC", "119 degC") for one in (3, 4)),
    (FILM, "B10 time", "coating.speed", "2 m/min", "2.1 m/min"),
    (FILM, "B10 time", "predrying.zones", "4", "3"),
    (FILM, "B11 rate", "drilling.rate", "100 1/s", "101 1/s"),
    (FILM, "B11 pulses", "drilling.pulse_frequency", "20 kHz", "21 kHz"),
    (FILM, "B11 bore", "drilling.bore_radius", "20 um", "20.1 um"),
    (FILM, "B11 bore", "drilling.bore_radius", "20 um", "19.9 um"),
]
PREFERRED = [
    (FILM, "B01 preferred", ("3 um", "7 um"), ("2.9 um", "7.1 um")),
    (FILM, "B02 preferred", ("10 um", "100 um"), ("9.9 um", "101 um")),
    (FILM, "B03 preferred", ("100 degC", "200 degC"), ("99 degC", "201 degC")),
    (FILM, "B07 preferred", ("50 wt%",), ("49 wt%",)),
    (FILM, "B08 preferred", ("5", "40"), ("4.9", "40.1")),
    (FILM, "B09 preferred", ("15 wt%", "30 wt%"), ("14.9 wt%", "30.1 wt%")),
]
UNITS = {"dry_thickness": "m", "carrier_thickness": "m", "temperature": "K"}  # of settings that are no measures


def limit_of(product: str, name: str) -> Limit:
    return next(one for one in PRODUCTS[product].specification if one.id == name)


def measured(product: str, limit: Limit, told: str) -> float:
    measures = PRODUCTS[product].procedure[limit.stage].measures
    return to_si(told, measures[limit.quantity] if limit.quantity in measures else UNITS[limit.quantity])


def action(product: str, limit: Limit, told: str) -> str:
    """What the gate of the line says of a lot with one measure."""
    item = Item(Lot(1, product), 1, "test", 0.0, 0.0)
    item.results = [(limit.stage, {limit.quantity: measured(product, limit, told)})]
    (verdict,) = verdicts(item, {(product, limit.stage): (limit,)})
    return verdict.action


@pytest.mark.parametrize(("product", "name", "inside", "beyond", "follows"), JUDGED)
def test_a_measure_beyond_its_limit_is_judged(product, name, inside, beyond, follows):
    """At the end of a limit the lot passes; just beyond it happens what the limit says."""
    limit = limit_of(product, name)
    assert action(product, limit, inside) == "pass"
    assert action(product, limit, beyond) == follows


@pytest.mark.parametrize(("product", "name", "setting", "inside", "beyond"), SET)
def test_a_set_point_beyond_its_limit_marks_the_lots(product, name, setting, inside, beyond):
    """At the end of a window there is no mark of it; just beyond, where the machine still goes, there is."""
    path = f"{product}.{setting}"
    about, missed = KNOWN[path].about, []
    for told in (inside, beyond):
        value = to_si(told, about.unit)
        assert about.accepts(value)
        plan = changed(PLAN, {path: value})
        missed.append(any((of, one.id) == (product, name) and outside(one, at) for of, one, at in set_points(plan)))
    limit = limit_of(product, name)
    assert missed == [False, True]
    assert (product, limit.stage, f"outside {word(limit)}") in marks(plan)


@pytest.mark.parametrize(("product", "name", "inside", "beyond"), PREFERRED)
def test_a_preferred_range_is_a_target_and_nothing_else(product, name, inside, beyond):
    """Its ends are the patent's; what lies beyond is no miss of the gate and no mark."""
    limit = limit_of(product, name)
    assert all(limit.accepts(measured(product, limit, told)) for told in inside)
    assert not any(limit.accepts(measured(product, limit, told)) for told in beyond)
    assert limit.kind == "preferred"


def test_no_limit_is_without_a_case():
    """Each end of each limit that there is has its case above; a result has none to miss."""
    cases = {(one[0], one[1]) for one in (*JUDGED, *SET, *PREFERRED)}
    known = {
        (name, limit.id) for name, made in PRODUCTS.items() for limit in made.specification if limit.kind != "result"
    }
    assert cases == known


def test_a_dryer_without_heat_leaves_claim_11():
    """With all zones idle nothing is dried, which the claim asks for; one heated zone is enough."""
    idle = {f"{CLAD}.predrying.zone_{zone}": KNOWN[f"{CLAD}.predrying.zone_3"].value for zone in (1, 2)}
    assert marks(changed(PLAN, idle)) == ((CLAD, "predrying", "outside claim 11"),)
    for path, value in idle.items():
        assert marks(changed(PLAN, {path: value})) == ()
