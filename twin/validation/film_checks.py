"""Exact checks of the film: coating, solvent, drying and the laser."""

from collections.abc import Mapping
from math import exp

from twin.draws import Draws
from twin.material import Lot
from twin.polymer.cylinder import axis_left, mean_left
from twin.polymer.diffusion import Film, Gas
from twin.polymer.drying import dried
from twin.polymer.field import low_flow_limit
from twin.polymer.solvents import GAS_CONSTANT, SOLVENTS, activity, vapour_pressure
from twin.products import ADHESIVE_FILM
from twin.stage import Outcome, Visit
from twin.stages.coating import varnish_density, wet_thickness
from twin.stages.drilling import Drilling
from twin.stages.predrying import Predrying
from twin.validation.physics_check import PhysicsCheck
from twin.validation.recipes import calm

SOLIDS = 26.5 / 128.5  # kg/kg, JP 2003-027014 [0035]
SOLVER = 2e-3  # relative, what the solver of drying states of itself
FOURIERS = (0.1, 0.5, 1.0)
TOLERANCES = (1e-9, 1e-8, 1e-7)  # of one time step, by what is left of a full film
TRACE = 1e-6  # volume of solvent per volume of polymer: so little that diffusivity and activity stay what they are


def _coat() -> tuple[float, ...]:
    wet = wet_thickness(5e-6, SOLIDS, 1300.0, 1060.0)
    density = varnish_density(SOLIDS, 1300.0, 1060.0)
    return density, wet, wet * density * (1.0 - SOLIDS)


def _slab(transfer: float) -> tuple[float, ...]:
    """What stays of a trace in a slab of 10 um at 1e-12 m2/s, by the solver of the dryer on a fine grid."""
    film = Film(1e-5, TRACE, 1e3, 1e3, 0.1, 0.0, (20.0, 0.0, 0.0, 0.0, 0.0, 200.0, 500.0), 0.0,
                1e-12, 0.0, 1e-12, 0.0, 0.3, 2e3, 100.0)  # fmt: skip
    gas = Gas(298.15, 50.0, transfer)
    return tuple(_finest(film, gas, 100.0 * one) / film.wetness for one in FOURIERS)


def _finest(film: Film, gas: Gas, time: float) -> float:
    """Wetness after some time, with the finest steps that the solver converges with; a trace asks for fine ones."""
    done = (dried(film, gas, [(298.15, time)], nodes=60, tolerance=one) for one in TOLERANCES)
    return next((one.wetness for one in done if one.converged), float("nan"))


def _resisted() -> tuple[float, ...]:
    """The same under air that lets the surface's trace go at twice the slab's diffusivity over its thickness."""
    leaving = activity(TRACE, 0.0) / TRACE * exp(20.0) * 0.1 / (1e3 * GAS_CONSTANT * 298.15)  # m/s, at 1 m/s of air
    return _slab(2.0 * 1e-12 / 1e-5 / leaving)


def _reference_film() -> tuple[float, ...]:
    """20 um from NMP through 95, 110 and 125 degC, a minute each: at the start, at the end, and all of it together."""
    stage = Predrying(
        solvent="NMP", dry_diffusivity=1e-15, dry_energy=90e3, zones=3.0, zone_length=4.0, zone_1=368.15, zone_2=383.15,
        zone_3=398.15, heat_transfer=60.0, mass_transfer_factor=(SOLVENTS["NMP"].lewis / 2.2) ** (2.0 / 3.0),
    )  # fmt: skip
    dry = 500.0 * 0.48 * 20e-6 * 1350.0
    known = {
        "dry_thickness": 20e-6, "film_density": 1350.0, "solids_mass": dry, "speed": 4.0 / 60.0, "coated_width": 0.48,
        "solvent_mass": dry * (1.0 / 0.15 - 1.0), "carrier_heat": 18e-6 * 8960.0 * 385.0,
    }  # fmt: skip
    lot = Lot(0, mass=dry / 0.15 + 40.0, length=500.0, properties=known)
    done = calm(stage).run(lot, Visit(), Draws(0))
    left = done.lot.properties["solvent_mass"] / done.lot.properties["solids_mass"] * 1350.0 / 1028.0
    start = done.measures["initial_wetness"]
    return start, (left + done.measures["evaporated_wetness"]) / start, done.measures["residual_solvent"]


def _pressures() -> tuple[float, ...]:
    told = (("DMF", 298.15), ("DMF", 373.15), ("1,3-dioxolane", 298.15), ("1,3-dioxolane", 373.15), ("NMP", 373.15))
    return tuple(vapour_pressure(name, temperature) for name, temperature in told)


def _drilled() -> tuple[float, ...]:
    """Capability of the test of the patent in um, and the classes of 5 and 15 um."""
    stage = calm(ADHESIVE_FILM.procedure["drilling"])
    films = [{"dry_thickness": thick, "epoxy_phr": 25.0} for thick in (5e-6, 15e-6)]
    done = [stage.run(Lot(0, panels=1.0, properties=film), Visit(), Draws(0)).measures for film in films]
    return done[0]["capability"] * 1e6, *(one["laser_class"] for one in done)


def _etched() -> tuple[float, ...]:
    """Depth a pulse in um and the fewest pulses that open 5 and 15 um, by the stage with one flat spot on the bore."""
    return _shot(5e-6, 1.0)["etch_depth"] * 1e6, *(_fewest(film) for film in (5e-6, 15e-6))


def _fewest(film: float) -> float:
    tried = (float(pulses) for pulses in range(1, 100))
    return next((pulses for pulses in tried if _shot(film, pulses)["unopened_fraction"] == 0.0), float("nan"))


def _shot(film: float, pulses: float) -> Mapping[str, float]:
    """Measures of a film of 2.2e4 /cm at three times a threshold of 0.1 J/cm2, with so many pulses a hole."""
    stage = Drilling(
        pulse_frequency=1000.0, rate=1000.0 / pulses, jump_time=0.0, spot_radius=20e-6, margin=1.0, fluence=3000.0,
        first_threshold=1000.0, incubation=1.0, polyimide_absorption=2.2e6,
    )  # fmt: skip
    lot = Lot(0, panels=1.0, properties={"dry_thickness": film, "epoxy_phr": 0.0})
    done: Outcome = calm(stage).run(lot, Visit(), Draws(0))
    return done.measures


FILM = (
    PhysicsCheck("F1", "varnish of 20.6 % solids: kg/m3, wet um of 5 um, solvent g/m2", (1101.954, 28.6027, 25.0189),
                 lambda: tuple(value * factor for value, factor in zip(_coat(), (1.0, 1e6, 1e3), strict=True))),
    PhysicsCheck("F2", "slab, perfect sink: left at Fourier 0.1, 0.5, 1 (Crank)", (0.6431766, 0.2360497, 0.0687403),
                 lambda: _slab(10.0), tolerance=SOLVER),
    PhysicsCheck("F3", "slab, resisting air, L 2: left at Fourier 0.1, 0.5, 1", (0.8663721, 0.5396156, 0.3021587),
                 _resisted, tolerance=SOLVER),
    PhysicsCheck("F4", "reference film: wetness at the start, solvent balance", (7.441634, 1.0),
                 lambda: _reference_film()[:2]),
    PhysicsCheck("F4 end", "reference film: residual solvent", (0.1804,),
                 lambda: _reference_film()[2:], tolerance=SOLVER, absolute=5e-4),
    PhysicsCheck("F5", "vapour pressures of DMF, dioxolane (cold, hot), NMP, Pa", (542.29, 14370.5, 201531.0, 3362.0),
                 lambda: (*_pressures()[:1], *_pressures()[2:])),
    PhysicsCheck("F5 hot", "vapour pressure of DMF at 100 degC, Pa, known to a whole one", (19871.0,),
                 lambda: _pressures()[1:2], absolute=0.5),
    PhysicsCheck("F6", "Flory-Huggins activity at 0.01, 0.1, 0.3", (0.0418307, 0.3541322, 0.7531636),
                 lambda: tuple(activity(share, 0.45) for share in (0.01, 0.1, 0.3))),
    PhysicsCheck("F7", "thinnest coating of a slot at Ca 0.5 and 0.1, um", (59.1318, 25.1073),
                 lambda: tuple(1e6 * low_flow_limit(200e-6, one) for one in (0.5, 0.1))),
    PhysicsCheck("F12", "cylinder: left at the axis and on average at Fourier 0.1, 0.2, 0.4",
                 (0.848355, 0.394176, 0.501487, 0.217852, 0.158489, 0.068431),
                 lambda: tuple(left(one) for one in (0.1, 0.2, 0.4) for left in (axis_left, mean_left))),
    PhysicsCheck("F16", "etch depth um, pulses through 5 and 15 um", (0.499369, 11.0, 31.0), _etched),
    PhysicsCheck("F17", "laser reach um at 100 holes/s; classes of 5 and 15 um", (10.0, 1.0, 3.0),
                 _drilled, tolerance=0.05),
)  # fmt: skip
