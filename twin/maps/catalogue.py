"""The maps that there are."""

from collections.abc import Mapping
from types import MappingProxyType

from twin.errors import UsageError, joined, nearest, printable
from twin.maps.sketch import Along, Field, Sketch
from twin.polymer.laminate import insoluble_carried_on

HOUR, DAY = 3600.0, 86400.0
MINUTE = 60.0

PREDRY = Sketch(
    name="predry",
    title="Predrying: residual solvent of the web",
    products=("clad_laminate", "adhesive_film"),
    across=Along(
        tuple(f"predrying.zone_{zone}" for zone in (1, 2, 3, 4)), "air of the heated zones", "K", "degC", 328.15, 423.15
    ),
    up=Along(("coating.speed",), "web speed", "m/s", "m/min", 1.0 / MINUTE, 6.0 / MINUTE),
    fields=(
        Field(
            "predrying.residual_solvent", "residual solvent", "kg/kg", "wt%", (1, 2, 5, 10, 20, 30, 40, 50),
            below="too dry", above="too wet", also=(("predrying.blister_ratio", "blisters"),),
        ),
    ),
    points=(49, 24),
    note="further heated zones keep their difference from the first",
)  # fmt: skip
CURE = Sketch(
    name="cure",
    title="Curing: insoluble content and curl after the inert step",
    products=("clad_laminate",),
    across=Along(("curing.inert_temperature",), "oven in inert gas", "K", "degC", 473.15, 613.15),
    up=Along(("curing.inert_time",), "hours in inert gas", "s", "h", 1.0 * HOUR, 36.0 * HOUR, crowded=True),
    fields=(
        Field(
            "curing.insoluble", "insoluble in NMP", "kg/kg", "wt%", (20, 50, 80, 90, 95, 98),
            below="soluble", also=(("curing.insoluble_max", "over-cured"),),
            by=("curing.crosslinks_core", insoluble_carried_on),
        ),
        Field("curing.curl_radius", "radius of curl", "m", "cm", (18, 20, 22, 24, 26, 28, 30), below="curls too much"),
    ),
    points=(43, 33),
)  # fmt: skip
DRILL = Sketch(
    name="drill",
    title="Drilling: class of the holes",
    products=("adhesive_film", "clad_laminate"),
    across=Along(("coating.dry_thickness",), "thickness of the film", "m", "um", 2e-6, 25e-6),
    up=Along(("drilling.rate",), "holes a second", "1/s", "1/s", 20.0, 200.0),
    fields=(
        Field(
            "drilling.laser_class", "class", "1", "1", classes=("good", "triangle (raised rim)", "unopened"),
            above="some unopened",
        ),
    ),
    points=(113, 91),
    note="class of the worst hundredth of the holes, focus exact, window clean; steps are whole pulses",
)  # fmt: skip
PEEL = Sketch(
    name="peel",
    title="Lamination: peel strength by epoxy content",
    products=("adhesive_film",),
    across=Along(
        ("dissolution.epoxy_ratio", "dissolution.hardener_ratio"), "epoxy on 100 parts of polyimide", "kg/kg", "phr",
        0.0, 1.0, ratio=True, limited="dissolution.epoxy_phr", scale=0.01,
    ),
    up=None,
    fields=(
        Field("lamination.peel", "fresh", "N/m", "N/cm", curves=(("lamination.peel_aged", "after 150 °C for 1000 h"),)),
    ),
    points=(101, 1),
    note="the hardener keeps its ratio to the epoxy; the patent sets no limit to the peel itself",
)  # fmt: skip
TAPE = Sketch(
    name="tape",
    title="Vacuum drying: hours to 5 wt% at the core of the roll",
    products=("clad_laminate",),
    across=Along(("winding.tape_thickness",), "thickness of the spacer tape (gap + coating)", "m", "um", 30e-6, 200e-6),
    up=Along(
        ("winding.tape_permeability",), "permeability of the tape", "m^2", "m^2", 1e-15, 1e-9, logarithmic=True
    ),
    fields=(
        Field(
            "curing.drying_time", "hours to 5 wt%", "s", "h", (9, 12, 16, 24, 36, 48, 72, 96),
            above="still wet", also=(("winding.touched_length", "laps touch"),),
            most="curing.vacuum_time",
        ),
    ),
    points=(25, 19),
    instead=(("curing.vacuum_time", 5.0 * DAY), ("curing.inert_time", HOUR)),
    note="dry before the recipe's vacuum step ends (claim 13), no lap touches (claims 10 and 14); "
    "a mesh tape has 1e-11 m², a solid one 1e-14 m² (A-65)",
)  # fmt: skip

MAPS: Mapping[str, Sketch] = MappingProxyType({one.name: one for one in (PREDRY, CURE, DRILL, PEEL, TAPE)})


def named(name: str) -> Sketch:
    """Return the map of a name.

    Raises:
        UsageError: There is none; the message names the nearest.

    >>> named("cure").products
    ('clad_laminate',)
    """
    if name not in MAPS:
        hint = nearest(name.lower(), MAPS)
        raise UsageError(
            f"{printable(name)}: no such map.{hint} Maps: {joined(MAPS)}. What they show: twin map --list."
        )
    return MAPS[name]
