"""Coating: a slot die lays one varnish charge on a carrier web, so much a metre as the pump delivers.

What the pump delivers follows from a balance of mass; volumes add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from typing import ClassVar, NamedTuple

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import param
from twin.polymer.ageing import aged_viscosity, varnish_conversion, varnish_life
from twin.polymer.carriers import CARRIERS, reel_under
from twin.polymer.field import LANES, SECTIONS, lanes_across, low_flow_limit, wander_along
from twin.polymer.roll import amounts
from twin.polymer.solvents import AMBIENT, SOLVENTS
from twin.stage import MACHINE, WEB, Outcome, Visit

THIN = 1e-9  # the least solids and speed that are told from nothing
WORST = 20.0  # exponent at which a torn bead is as bad as it gets


def varnish_density(solids: float, film: float, solvent: float) -> float:
    """Density of a varnish, by a balance of mass in which volumes add up. [kg/m^3].

    Args:
        solids: Mass fraction of solids. [kg/kg]
        film: Density of the dry film. [kg/m^3]
        solvent: Density of the solvent. [kg/m^3]

    >>> round(varnish_density(26.5 / 128.5, 1300.0, 1060.0), 3)
    1101.954
    """
    return 1.0 / (solids / film + (1.0 - solids) / solvent)


def wet_thickness(dry_thickness: float, solids: float, film: float, solvent: float) -> float:
    """Thickness of the wet coating that dries to a given one, by a balance of mass of the solids. [m].

    Args:
        dry_thickness: Thickness when dry. [m]
        solids: Mass fraction of solids. [kg/kg]
        film: Density of the dry film. [kg/m^3]
        solvent: Density of the solvent. [kg/m^3]

    >>> round(1e6 * wet_thickness(5e-6, 26.5 / 128.5, 1300.0, 1060.0), 4)
    28.6027
    """
    return dry_thickness * film / (solids * varnish_density(solids, film, solvent))


class Pass(NamedTuple):
    """One pass of the web under the die.

    Attributes:
        dry: Thickness of the coating when dry. [m]
        wet: Thickness of the wet coating. [m]
        speed: Web speed. [m/s]
        total: Length coated. [m]
        scrap: Length of it that is not good, by cause. [m]
        roughness: Roughness Ra of the reel under it. [m]
    """

    dry: float
    wet: float
    speed: float
    total: float
    scrap: dict[str, float]
    roughness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coating:
    """Lay a varnish charge on a web. The pump sets the wet thickness, the charge then sets the length."""

    name: ClassVar[str] = "coating"
    measures: ClassVar[Mapping[str, str]] = {
        "dry_thickness": "m", "wet_thickness": "m", "varnish_density": "kg/m^3", "solvent_load": "kg/m^2",
        "solvent_rate": "kg/s", "pump_flow": "m^3/s", "varnish_age": "s", "capillary": "1",
        "minimum_wet_thickness": "m", "window_ratio": "1", "coat_area": "m^2", "defects": "1", "streaks": "1",
        "defects_per_area": "1/m^2", "lane_spread": "1", "along_sd": "1", "thickest_place": "m",
    }  # fmt: skip

    solvent: str = param(
        "1,3-dioxolane", source="JP 2003-027014 [0035]", about="Solvent of the varnish.", evidence="patent"
    )
    carrier: str = param("release film", source="JP 2003-027014 [0036]", about="Web that is coated.", evidence="patent")
    carrier_thickness: float = param(
        25e-6, "m", low=4e-6, high=250e-6, source="JP 2003-027014 [0011], [0036]", evidence="patent", shop="um",
        about="Thickness of the web.", limit="pilot plant: rollers guide webs of 4-250 um",
    )  # fmt: skip
    carrier_roughness: float = param(
        0.25e-6, "m", low=0.02e-6, high=2e-6, source="A-69", shop="um", about="Median Ra of the side that is coated."
    )
    carrier_roughness_sigma: float = param(
        0.15, "1", high=1.0, source="A-69", about="Scatter of the logarithm of that roughness, reel to reel."
    )
    dry_thickness: float = param(
        5e-6, "m", low=1e-6, high=60e-6, source="JP 2003-027014 [0036]", about="Wanted thickness of the dry film.",
        shop="um",         evidence="patent",
    )  # fmt: skip
    film_density: float = param(
        1300.0, "kg/m^3", low=1000.0, high=1600.0, source="A-43", about="Density of the dry film."
    )
    speed: float = param(
        2.0 / 60.0, "m/s", low=0.005, high=1.0, source="JP 2003-027014 [0036]: 20 min on the 40 m of this dryer",
        about="Web speed of coating, predrying and winding.", shop="m/min", evidence="computed",
    )  # fmt: skip
    gap: float = param(50e-6, "m", low=30e-6, high=500e-6, source="A-43", about="Gap between die and web.", shop="um")
    gap_share: float = param(
        0.5, "1", low=0.4, high=0.6, source="A-43",
        about="Share of the gap above which a coating always holds, whatever the capillary number.",
    )  # fmt: skip
    web_width: float = param(0.5, "m", low=0.1, high=1.5, source="A-44", about="Width of the web.", shop="mm")
    coated_width: float = param(
        0.48, "m", low=0.05, high=1.5, source="A-44", about="Width of the coating; the borders stay bare.", shop="mm"
    )
    startup_scrap: float = param(
        15.0, "m", high=200.0, source="A-49", about="Web lost until the coating is even, at each start."
    )
    splice_scrap: float = param(3.0, "m", high=50.0, source="A-49", about="Web lost around each splice.")
    carrier_length: float = param(
        1000.0, "m", low=100.0, high=1e4, source="A-49",
        about="Length of a reel of web, spliced to the end of the one before; rolls made of one share its roughness.",
    )  # fmt: skip
    join_failure: float = param(
        0.02, "1", high=1.0, source="A-49", about="Share of splices that part: made anew, and the coating started anew."
    )
    streak_share: float = param(
        0.2, "1", high=1.0, source="A-332", about="Share of the defects that are streaks along the web, not pinholes."
    )
    defect_density: float = param(
        0.05, "1/m^2", high=10.0, source="A-45", about="Pinholes and streaks per area well inside the window."
    )
    solids_sd: float = param(
        0.003, "kg/kg", high=0.05, source="A-46", about="Error of the solids figure by which the pump is set."
    )
    viscosity_sigma: float = param(
        0.03, "1", high=1.0, source="A-47: 1 K at the die; what a lot's own viscosity scatters it brings along",
        about="Scatter of the logarithm of the viscosity at the die, beside that from lot to lot.",
    )  # fmt: skip
    speed_sd: float = param(0.003, "1", high=0.05, source="A-48", about="Relative scatter of web speed.")
    thickness_sd: float = param(
        0.01, "1", high=0.2, source="A-48", about="Relative scatter of wet thickness from roll to roll."
    )
    profile_sd: float = param(
        0.015, "1", high=0.2, source="A-48", about="Relative scatter of thickness across the web."
    )
    profile_bow: float = param(
        0.01, "1", low=-0.2, high=0.2, source="A-330",
        about="How much thicker the die lays the middle of the web than its borders, always.",
    )  # fmt: skip
    along_sd: float = param(
        0.01, "1", high=0.2, source="A-331: 0.5-1.5 %", about="Relative scatter of thickness along a roll."
    )
    along_reach: float = param(
        20.0, "m", low=0.1, high=1e4, source="A-331", about="Length over which that scatter forgets itself."
    )
    power: float = param(8e3, "W", high=1e5, source="A-50", about="Drives, pump and heated die.", shop="kW")
    operators: float = param(1.0, "1", high=10.0, source="A-50", about="Operators at the coating head.")

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Coat one charge of varnish (solids, viscosity) until it is used up."""
        done = self._passed(lot, visit, draws)
        good = max(done.total - sum(done.scrap.values()), 0.0)
        share = good / done.total if done.total > 0.0 else 1.0
        carrier = CARRIERS[self.carrier]
        web = self.carrier_thickness * carrier.density * self.web_width * done.total
        mass = lot.mass + web
        properties = self._properties(lot, done, draws, share) | {
            "carrier_mass": web * share,
            "carrier_heat": self.carrier_thickness * carrier.density * carrier.heat_capacity,
            **_reacted(lot, visit),
        }
        duration = done.total / done.speed
        measures, extrapolated = self._measures(lot, visit, done, draws, good)
        lanes = [properties[f"lane_{number}"] for number in range(1, LANES + 1)]
        measures["lane_spread"] = max(lanes) - min(lanes)
        measures |= {name: properties[name] for name in ("along_sd", "thickest_place")}
        return Outcome(
            lot=lot.becoming(properties, material="coated_web", mass=mass * share, length=good),
            duration=max(duration - (visit.elapsed or 0.0), 0.0),
            measures=measures,
            feeds={self.carrier: web},
            losses={f"{cause} web": mass * metres / done.total for cause, metres in done.scrap.items() if metres > 0.0},
            scrap=done.scrap,
            utilities={
                "electricity_kWh": self.power * duration / 3.6e6,
                "operator_h": self.operators * duration / 3600.0,
            },
            flags=_flags(lot, visit, extrapolated=extrapolated),
        )

    def _passed(self, lot: Lot, visit: Visit, draws: Draws) -> Pass:
        solids, density = self._solids(lot), SOLVENTS[self.solvent].density
        believed = min(max(solids + draws.normal("solids", 0.0, self.solids_sd), THIN), 1.0)
        aim = wet_thickness(self.dry_thickness, believed, self.film_density, density)
        hurry = max(draws.normal("speed", 1.0, self.speed_sd), 0.1)
        wet = aim * max(draws.normal("thickness", 1.0, self.thickness_sd), 0.1) / hurry
        dry = wet * solids * varnish_density(solids, self.film_density, density) / self.film_density
        total = lot.mass * solids / (dry * self.film_density * self.coated_width)
        reel, splices = reel_under(visit.counted.get(WEB, 0.0), total, self.carrier_length)
        parted = sum(draws.uniform(f"join {number}") < self.join_failure for number in range(splices))
        starts = 1 + parted + (0 if visit.elapsed is None else max(1, visit.stops))
        startup = min(self.startup_scrap * starts, total)
        joined = min(self.splice_scrap * (splices + parted), total - startup)
        scrap = {"start-up": startup} | ({"splice": joined} if splices else {})
        foil = draws.of(reel, int(visit.counted.get(MACHINE, 0.0))) if WEB in visit.counted else draws
        rough = foil.lognormal("roughness", self.carrier_roughness, self.carrier_roughness_sigma)  # the reel's own
        return Pass(dry, wet, self.speed * hurry, total, scrap, rough)

    @staticmethod
    def _solids(lot: Lot) -> float:
        return min(max(lot.properties["solids"], THIN), 1.0)

    def _properties(self, lot: Lot, done: Pass, draws: Draws, share: float) -> dict[str, float]:
        drawn = draws.normals("profile", LANES + SECTIONS)
        lanes = lanes_across(self.profile_bow, drawn[:LANES] * self.profile_sd)
        along = wander_along(max(done.total * share, 1.0), self.along_reach, self.along_sd, drawn[LANES:])
        return amounts(lot.properties, share) | {
            "solids_mass": lot.mass * self._solids(lot) * share,
            "solvent_mass": lot.mass * (1.0 - self._solids(lot)) * share,
            "dry_thickness": done.dry,
            "thickest_lane": done.dry * max(lanes),
            **{f"lane_{number}": lane for number, lane in enumerate(lanes, 1)},
            "along_sd": along.deviation,
            "thickest_along": along.thickest,
            "thickest_place": along.place,
            "wet_thickness": done.wet,
            "film_density": self.film_density,
            "coated_width": self.coated_width,
            "web_width": self.web_width,
            "speed": done.speed,
            "carrier_thickness": self.carrier_thickness,
            "carrier_roughness": done.roughness,
            "carrier_grade": self.carrier_roughness,
        }

    def _measures(self, lot: Lot, visit: Visit, done: Pass, draws: Draws, good: float) -> tuple[dict[str, float], bool]:
        solvent, solids = SOLVENTS[self.solvent], self._solids(lot)
        own, age = aged(lot, visit)
        viscosity = draws.lognormal("viscosity", own, self.viscosity_sigma)
        capillary = max(viscosity * done.speed / solvent.surface_tension, THIN)
        law, cap = low_flow_limit(self.gap, capillary), self.gap_share * self.gap
        thinnest = min(law, cap)
        density, area = varnish_density(solids, self.film_density, solvent.density), good * self.coated_width
        strain = min(3.0 * max(0.0, thinnest / done.wet - 0.8), WORST)
        load, torn = done.wet * density * (1.0 - solids), self.defect_density * area * exp(strain)
        made = draws.generator("defects")
        streaks = float(made.poisson(torn * self.streak_share))
        defects = streaks + float(made.poisson(torn * (1.0 - self.streak_share)))
        return {
            "dry_thickness": done.dry,
            "wet_thickness": done.wet,
            "varnish_density": density,
            "solvent_load": load,
            "solvent_rate": load * self.coated_width * done.speed,
            "pump_flow": done.wet * self.coated_width * done.speed,
            "varnish_age": age,
            "capillary": capillary,
            "minimum_wet_thickness": thinnest,
            "window_ratio": done.wet / thinnest,
            "coat_area": area,
            "streaks": streaks,
            "defects": defects,
            "defects_per_area": defects / area if area > 0.0 else 0.0,
        }, capillary > 0.3 and law < cap


def aged(lot: Lot, visit: Visit) -> tuple[float, float]:
    """Viscosity of a varnish as it comes to the die, and its age: made, kept, and waited. [Pa*s], [s].

    It thickens while it waits at hall temperature (A-300, A-301); what it did in its tank, dissolution has counted.
    At the recipes' capillary numbers the gap alone bounds the coating: thickening shows in no other measure.

    >>> viscosity, age = aged(Lot(1, properties={"viscosity": 5.0, "tank_age": 60.0}), Visit(waited=7 * 86400.0))
    >>> round(viscosity, 9), age  # a life of 7 d thickens it by a fifth
    (6.0, 604860.0)
    """
    age = lot.properties.get("tank_age", 0.0) + visit.waited
    acid, water = (lot.properties.get(name, 0.0) for name in ("residual_acid", "water"))
    return aged_viscosity(lot.properties["viscosity"], visit.waited, AMBIENT, acid, water), age


def _reacted(lot: Lot, visit: Visit) -> dict[str, float]:
    """Conversion that the epoxy of a varnish brings to the dryer from its wait; nothing where there is no epoxy."""
    known = lot.properties
    if (diluted := known.get("reactive_share", 0.0) * known["solids"]) <= 0.0:
        return {}
    return {"conversion": varnish_conversion(visit.waited, AMBIENT, diluted, known.get("residual_acid", 0.0))}


def _flags(lot: Lot, visit: Visit, *, extrapolated: bool) -> tuple[str, ...]:
    """Doubts: a low-flow law asked beyond its tests, a varnish that has waited longer than it lives."""
    known = lot.properties.get
    life = known("varnish_life", varnish_life(AMBIENT, known("residual_acid", 0.0), known("water", 0.0)))
    return ("extrapolated: low-flow law",) * extrapolated + ("varnish past its life",) * (visit.waited > life)
