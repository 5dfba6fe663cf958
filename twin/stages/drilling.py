"""Drilling: an ultraviolet laser trepans vias through the film of a sublot of panels."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, hypot
from typing import ClassVar, NamedTuple

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import param
from twin.polymer.ablation import (
    absorption,
    etch_depth,
    exit_diameter,
    highest_rate,
    hole_volume,
    incubated_threshold,
    pulses_per_hole,
    pulses_per_point,
    share_beyond,
    wall_slope,
)
from twin.stage import Outcome, Visit

TEST = "JP 2003-027014 [0056]"
HARDENER = 0.3  # DDS per epoxy, JP 2003-027014, Example 1: 1.5 g for 5 g
GOOD, TRIANGLE, UNOPENED = 1.0, 2.0, 3.0
LANES = tuple(f"lane_{number}" for number in range(1, 6))  # thickness across the web, relative to its mean


class Beam(NamedTuple):
    """What the laser does to one film.

    Attributes:
        pulses: Pulses a hole. [1]
        depth: Depth a pulse. [m]
        capability: Depth that a hole can reach. [m]
        slope: How far the wall leans inward per depth. [1]
    """

    pulses: float
    depth: float
    capability: float
    slope: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilling:
    """Drill every via of a sublot; its class is that of the worst hundredth of holes in its worst lane.

    A hole opens if the laser reaches a quarter deeper than the film is thick, and it is good if its far end is wide
    enough; an open hole with a narrow end keeps burr (the triangle of Table 1). Panels come from all lanes of the web
    alike, so that the shares of holes are means over the lanes, and the wander along the web scatters in each of them;
    class is that of the thickest lane, rate and far end those of its thickest place along the roll.
    """

    name: ClassVar[str] = "drilling"
    measures: ClassVar[Mapping[str, str]] = {
        "capability": "m", "etch_depth": "m", "pulses_per_hole": "1", "highest_rate": "1/s", "exit_ratio": "1",
        "good_fraction": "1", "triangle_fraction": "1", "unopened_fraction": "1", "laser_class": "1",
        "good_lanes": "1", "triangle_lanes": "1", "unopened_lanes": "1",
    }  # fmt: skip

    rate: float = param(100.0, "1/s", low=0.1, high=1000.0, source=TEST, evidence="patent", about="Holes a second.")
    pulse_frequency: float = param(
        20e3, "1/s", low=100.0, high=1e6, source=TEST, evidence="patent", about="Pulses a second.", shop="kHz"
    )
    bore_radius: float = param(
        20e-6, "m", low=5e-6, high=1e-3, source=TEST, evidence="patent", about="Half of the bore of 40 um.", shop="um"
    )
    spot_radius: float = param(
        10e-6, "m", low=1e-6, high=1e-3, source="A-92", shop="um",
        about="Spot that trepans the bore; fits 5 um good and 15 um unopened with one set of constants.",
    )  # fmt: skip
    jump_time: float = param(
        2e-3, "s", high=0.1, source="A-92", about="Mirrors jump and settle between holes; 1-3 ms.", shop="ms"
    )
    fluence: float = param(
        1580.0, "J/m^2", low=1.0, high=1e6, source="A-91", shop="J/cm^2",
        about="Fluence a pulse; gives 0.25 um in the film of Example 1, that is a capability of 10 um at 100 holes/s.",
    )  # fmt: skip
    fluence_sd: float = param(0.03, "1", high=0.5, source="A-93", about="Its scatter between sublots, relative.")
    fouling: float = param(
        0.02 / 1.8e6,
        "1/s",
        high=1e-4,
        source="A-94",
        about="Loss through the window per time in service; 2 % in 500 h.",
    )
    focus_sd: float = param(
        10e-6, "m", high=1e-3, source="A-95", about="Scatter of the focus between sublots; 5-20 um.", shop="um"
    )
    focus_drift: float = param(
        5e-6 / 1.8e6, "m/s", high=1e-9, source="A-381", shop="um/hour",
        about="Drift of the focus per time in service, until the optics are set anew; 0-0.04 um/hour.",
    )  # fmt: skip
    focus_depth: float = param(
        100e-6, "m", low=1e-6, high=1.0, source="A-95", about="Defocus that halves the fluence; 50-900.", shop="um"
    )
    first_threshold: float = param(
        1000.0, "J/m^2", low=1.0, high=1e5, source="A-91", about="Threshold of the first pulse at 355 nm; 500-2000.",
        shop="J/cm^2",
    )  # fmt: skip
    incubation: float = param(0.9, "1", low=0.1, high=1.0, source="A-91", about="Incubation exponent; 0.8-0.95.")
    incubation_pulses: float = param(
        40.0, "1", low=1.0, high=1e4, source="A-91", about="Pulses after which the threshold falls no more."
    )
    polyimide_absorption: float = param(
        3.0e6,
        "1/m",
        low=1e4,
        high=1e8,
        source="A-90",
        about="Absorption of polyimide at 355 nm, 1e6-4e6; makes 1-3 % triangles.",
    )
    additive_absorption: float = param(
        5e5, "1/m", low=0.0, high=1e8, source="A-90", about="The same of epoxy and hardener; 2e5-8e5."
    )
    margin: float = param(1.25, "1", low=1.0, high=10.0, source="A-92", about="Reach that opens a hole, by thickness.")
    residue: float = param(
        0.0, "m", high=1e-5, source="A-96", about="Residue to be drilled with it; 0-1 um.", shop="um"
    )
    exit_limit: float = param(
        0.8,
        "1",
        high=1.0,
        source="A-99",
        about="Far end by bore from which a hole counts as good; adhesive_film alone.",
    )
    film_density: float = param(
        1300.0, "kg/m^3", low=500.0, high=3000.0, source="A-30", about="Of a film that does not say its own."
    )
    hole_sd: float = param(0.01, "1", high=0.5, source="A-96", about="Scatter of thickness from hole to hole; 0-0.02.")
    tolerance: float = param(
        0.01, "1", low=1e-9, high=0.5, source="A-96", about="Share of worse holes that gives a sublot their class."
    )
    vias_per_panel: float = param(2000.0, "1", low=1.0, high=1e6, source="A-97", about="Vias of a panel; 500-20000.")
    handling_time: float = param(
        25.0, "s", high=3600.0, source="A-97", about="Loading, aligning and unloading a panel; 15-40."
    )
    laser_power: float = param(4e3, "W", high=1e5, source="A-98", about="Laser, chiller and table; 3-6 kW.", shop="kW")

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Say how good the vias of a sublot are, and how long the laser took."""
        lanes, share = self._lanes(lot), self._additive(lot)
        beam = self._beam(self._fluence(visit, draws), share)
        along = lot.properties.get
        scatter = hypot(self.hole_sd, along("along_sd", 0.0))
        measures = self._holes(beam, lanes, scatter, max(lanes) * along("thickest_along", 1.0))
        panels = max(0.0, lot.panels)
        drilling, handling = panels * self.vias_per_panel / self.rate, panels * self.handling_time
        duration = max(0.0, drilling + handling - (visit.elapsed or 0.0))
        passed_on = {name: measures[name] for name in ("exit_ratio", "laser_class")}
        ablated = min(lot.mass, panels * self.vias_per_panel * self._ablated(lot, beam, lanes))
        return Outcome(
            lot.becoming(passed_on, material="drilled_panels", mass=lot.mass - ablated),
            duration,
            measures,
            losses={"ablated film": ablated},
            utilities={
                "electricity_kWh": self.laser_power * (drilling + handling) / 3.6e6,
                "laser_h": drilling / 3600.0,
                "operator_h": handling / 3600.0,
            },
            flags=self._flags(beam, max(lanes), lot.properties.get("epoxy_phr", 25.0)),
        )

    def _lanes(self, lot: Lot) -> list[float]:
        """Thickness of the film in each lane, or of its thickest where no lanes are known. [m]"""
        told = lot.properties.get
        mean = told("dry_thickness", 5e-6)
        if LANES[0] in lot.properties:
            found = [mean * told(lane, 1.0) for lane in LANES]
        else:
            found = [told("thickest_lane", mean)]
        return [max(thickness, 1e-9) + self.residue for thickness in found]

    def _additive(self, lot: Lot) -> float:
        """Mass share of epoxy and hardener in the film. [kg/kg]"""
        added = (1.0 + HARDENER) * max(0.0, lot.properties.get("epoxy_phr", 25.0))
        return lot.properties.get("reactive_share", added / (100.0 + added))

    def _fluence(self, visit: Visit, draws: Draws) -> float:
        """Fluence that reaches the film, after fouling of the window, drift and scatter of the focus. [J/m^2]"""
        arriving = self.fluence * exp(-self.fouling * visit.service)
        defocus = draws.normal("focus", self.focus_drift * visit.service, self.focus_sd) / self.focus_depth
        return arriving * max(0.0, draws.normal("fluence", 1.0, self.fluence_sd)) / (1.0 + defocus * defocus)

    def _beam(self, fluence: float, additive: float) -> Beam:
        coefficient = absorption(self.polyimide_absorption, self.additive_absorption, additive)
        # What absorbs less needs more fluence for the same energy per volume.
        threshold = incubated_threshold(self.first_threshold, self.incubation_pulses, self.incubation)
        threshold *= self.polyimide_absorption / coefficient
        pulses = pulses_per_hole(self.pulse_frequency, self.rate, self.jump_time)
        depth = etch_depth(fluence, threshold, coefficient)
        return Beam(pulses, depth, depth * self._pulses_a_point(pulses), wall_slope(fluence, threshold))

    def _pulses_a_point(self, pulses: float) -> float:
        return pulses_per_point(pulses, self.spot_radius, self.bore_radius)

    def _holes(self, beam: Beam, lanes: list[float], scatter: float, thickest: float) -> dict[str, float]:
        """Measures of the holes in all lanes, and of those in the thickest place."""
        shares = [self._shares(beam, thickness, scatter) for thickness in lanes]
        classes = [self._class(worse, unopened) for worse, unopened in shares]
        worse, unopened = (sum(column) / len(lanes) for column in zip(*shares, strict=True))
        bore = 2.0 * self.bore_radius
        return {
            "capability": beam.capability,
            "etch_depth": beam.depth,
            "pulses_per_hole": beam.pulses,
            "highest_rate": self._highest_rate(beam.depth, thickest),
            "exit_ratio": exit_diameter(bore, thickest, beam.slope) / bore,
            "good_fraction": 1.0 - worse,
            "triangle_fraction": worse - unopened,
            "unopened_fraction": unopened,
            "laser_class": max(classes),
            "good_lanes": float(classes.count(GOOD)),
            "triangle_lanes": float(classes.count(TRIANGLE)),
            "unopened_lanes": float(classes.count(UNOPENED)),
        }

    def _shares(self, beam: Beam, thickness: float, scatter: float) -> tuple[float, float]:
        """Shares of holes that are not good, and that stay shut: both by thickness, so one scatter decides. [1]"""
        unopened = share_beyond(beam.capability / self.margin, thickness, scatter)
        widest = self.bore_radius * (1.0 - self.exit_limit) / beam.slope
        return max(unopened, share_beyond(widest, thickness, scatter)), unopened

    def _class(self, worse: float, unopened: float) -> float:
        if unopened > self.tolerance:
            return UNOPENED
        return TRIANGLE if worse > self.tolerance else GOOD

    def _ablated(self, lot: Lot, beam: Beam, lanes: list[float]) -> float:
        """Mass of film that a hole takes away, by the mean of the lanes. [kg]"""
        deep = [min(thickness, beam.capability) for thickness in lanes]
        volume = sum(hole_volume(2.0 * self.bore_radius, one, beam.slope) for one in deep) / len(deep)
        return volume * lot.properties.get("film_density", self.film_density)

    def _highest_rate(self, depth: float, thickness: float) -> float:
        if depth <= 0.0:
            return 0.0
        needed = self.margin * thickness / depth
        return highest_rate(needed, self.pulse_frequency, self.jump_time, self.spot_radius, self.bore_radius)

    def _flags(self, beam: Beam, thickness: float, epoxy_phr: float) -> tuple[str, ...]:
        doubts = {
            "extrapolated: drilling, thickness": not 2e-6 <= thickness <= 60e-6,
            "extrapolated: drilling, epoxy": epoxy_phr > 100.0,
            "extrapolated: drilling, depth a pulse": not 0.1e-6 <= beam.depth <= 0.6e-6,
            # the depth a pulse is that of a film that has incubated fully; with fewer pulses it is less
            "extrapolated: drilling, pulses a point": self._pulses_a_point(beam.pulses) < self.incubation_pulses,
        }
        return tuple(doubt for doubt, holds in doubts.items() if holds)
