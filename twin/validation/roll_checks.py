"""Exact checks of the roll and of what it becomes: winding, curl, gel, and the patents' units."""

from math import log, pi

from twin.draws import Draws
from twin.material import Lot
from twin.polymer.laminate import curvature, insoluble_fraction
from twin.polymer.roll import Stack, air_film, outer_radius, wound_pressure
from twin.stage import Visit
from twin.stages.winding import Winding
from twin.units import convert
from twin.validation.physics_check import PhysicsCheck
from twin.validation.recipes import calm

HAKIEL = 0.03  # relative, what the solver of the wound roll states of its core pressure
CORE, OUTER = 0.0762, 0.2  # m, radii of the reference roll


def _geometry() -> tuple[float, ...]:
    """Outer radii in mm of 500 m at pitches of 88 and 38 um, and the laps of the first."""
    spaced = outer_radius(CORE, 500.0, 88e-6)
    return 1e3 * spaced, (spaced - CORE) / 88e-6, 1e3 * outer_radius(CORE, 500.0, 38e-6)


def _isotropic() -> tuple[float, ...]:
    """Pressure at the core and half-way of a stack as stiff as its web, on a core of the same stuff."""
    radii, pressure, _ = wound_pressure(Stack(CORE, OUTER, 3e6, 0.0, 4e9, 4e9, 0.0, 4e15, 1e-6), 400)
    middle = 0.5 * (CORE + OUTER)
    place = min(range(len(radii)), key=lambda one: abs(float(radii[one]) - middle))
    exact = 1.5e6 * log(OUTER**2 / float(radii[place]) ** 2)
    return float(pressure[0]), float(pressure[place]) / exact * 1.5e6 * log(OUTER**2 / middle**2)


def _reference() -> tuple[float, ...]:
    """Core and middle pressure in kPa as the stage itself winds it."""
    known = {"carrier_thickness": 25e-6, "dry_thickness": 5e-6, "coating_thickness": 5e-6, "speed": 0.05,
             "web_width": 0.5}  # fmt: skip
    web = Lot(0, mass=48.0, length=pi * (OUTER**2 - CORE**2) / 30e-6, properties=known)
    measures = calm(Winding(tension=90.0)).run(web, Visit(), Draws(0)).measures
    return measures["core_pressure"] / 1e3, measures["middle_pressure"] / 1e3


def _stoney() -> tuple[float, ...]:
    """Radius of a wafer under 300 N/m of tension in a film that is thin beside it; biaxial moduli on both sides."""
    thin, soft = 525e-6 * 1e-7, 1e9
    return (1.0 / curvature(300.0 / thin / soft, thin, 525e-6, soft, 180.5e9),)


ROLL = (
    PhysicsCheck("F8", "500 m at 88 um: outer radius mm, laps; at 38 um: outer radius", (140.7554, 733.584, 108.8776),
                 _geometry),
    PhysicsCheck("F9", "isotropic roll: pressure at the core and half-way, Pa", (2894867.7, 1111017.9), _isotropic),
    PhysicsCheck("F10", "nonlinear roll: pressure at the core and half-way, kPa", (127.8, 76.4), _reference,
                 tolerance=HAKIEL),
    PhysicsCheck("F11", "air dragged along at 5 and 20 m/min, um", (2.08766, 5.26056),
                 lambda: tuple(1e6 * air_film(0.1, speed / 60.0, 100.0) for speed in (5.0, 20.0))),
    PhysicsCheck("F13", "curvature of two equal layers by thickness and mismatch", (1.5,),
                 lambda: (curvature(1e-3, 10e-6, 10e-6, 4e9, 4e9) * 20e-6 / 1e-3,)),
    PhysicsCheck("F14", "thin film on a wafer: radius m (Stoney)", (27.63906,), _stoney),
    PhysicsCheck("F15", "soluble share where s + sqrt(s) is 1, 0.5, 0.8", (0.3819660, 0.1339746, 0.2753049),
                 lambda: tuple(1.0 - insoluble_fraction(2.0 / right) for right in (1.0, 0.5, 0.8))),
    PhysicsCheck("F18", "80 gf/mm in N/cm, 15 kgf in N", (7.84532, 147.0998),
                 lambda: (convert(80.0, "gf/mm", "N/cm"), convert(15.0, "kgf", "N"))),
)  # fmt: skip
