"""Winding: the web becomes a roll whose laps a tape on the bare borders holds apart, if all goes well."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import param
from twin.polymer.roll import Stack, air_film, compression, contact_probability, outer_radius, wound_pressure
from twin.stage import Outcome, Visit

SECTIONS = 10  # of equal length, each as baggy as its own draw says


class Lap(NamedTuple):
    """Outermost lap of one section of a roll.

    Attributes:
        inner: Radius at which the section begins. [m]
        outer: Radius at which it ends. [m]
        gap: Gap between its laps where none hangs. [m]
        slack: Strain by which its laps hang: of their own tension, and of what the web is longer there. [1]
    """

    inner: float
    outer: float
    gap: float
    slack: float


def touched_share(lap: Lap) -> float:
    """Share of a section's length that touches: all that lies beyond the radius where it hangs by the gap. [1].

    Args:
        lap: The section. [1]

    >>> touched_share(Lap(inner=0.0, outer=0.2, gap=1e-5, slack=1e-4))
    0.75
    """
    if lap.gap <= 0.0:
        return 1.0
    if lap.slack <= 0.0 or lap.outer <= lap.inner:
        return 0.0
    first = max(lap.gap / lap.slack, lap.inner)
    return max((lap.outer**2 - first**2) / (lap.outer**2 - lap.inner**2), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Winding:
    """Wind one web. What touched is measured here and cut by the line."""

    name: ClassVar[str] = "winding"
    measures: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "core_pressure": "Pa",
            "middle_pressure": "Pa",
            "outer_radius": "m",
            "laps": "1",
            "air_film": "m",
            "gap": "m",
            "clearance": "m",
            "contact_probability": "1",
            "touched_length": "m",
            "telescoping": "1",
        }
    )

    spacer_tape: float = param(
        0.0, "1", high=1.0, choices=(0.0, 1.0), source="patent 004 [0036]; patent 000 claim 14: with tape",
        about="1 when a tape runs along on each bare border, 0 when not.", evidence="patent",
    )  # fmt: skip
    release_film: float = param(
        1.0, "1", high=1.0, choices=(0.0, 1.0), source="patent 004 [0036]", evidence="patent",
        about="1 when the web's back may touch the coating, 0 when not.",
    )  # fmt: skip
    tape_thickness: float = param(
        75e-6, "m", low=30e-6, high=300e-6, source="A-63", about="Thickness of the spacer tape.", shop="um"
    )
    tape_sd: float = param(0.015, "1", high=0.2, source="A-63", about="Relative scatter of tape thickness.")
    tape_width: float = param(0.01, "m", low=0.002, high=0.05, source="A-64", about="Width of one tape.", shop="mm")
    tape_permeability: float = param(
        1e-11, "m^2", low=1e-16, high=1e-9, source="A-65", about="Permeability of the tape: mesh 1e-11, solid 1e-14."
    )
    tension: float = param(100.0, "N/m", low=20.0, high=500.0, source="A-60", about="Winding tension per width.")
    tension_sd: float = param(0.03, "1", high=0.3, source="A-60", about="Relative scatter of tension.")
    taper: float = param(0.0, "1", high=0.8, source="A-60", about="Tension taken back as the roll grows.")
    core_radius: float = param(
        0.0762, "m", low=0.03, high=0.3, source="A-61: a 6-inch core", about="Radius of the core.", shop="mm"
    )
    core_modulus: float = param(20e9, "Pa", low=1e8, high=2e11, source="A-61", about="Modulus of the core.", shop="GPa")
    web_modulus: float = param(
        4e9, "Pa", low=5e8, high=2e11, source="A-62 (18 um copper with 20 um film: 57 GPa)",
        about="Modulus of web and coating along the web.", shop="GPa",
    )  # fmt: skip
    poisson: float = param(0.3, "1", low=-0.5, high=0.5, source="A-62", about="Poisson ratio of the stack.")
    stack_softness: float = param(
        1.5e3, "Pa", low=100.0, high=1e7, source="A-62 (on tape: 5e5)", about="K1 of the stack's modulus K2 (K1 + P)."
    )
    stack_stiffening: float = param(60.0, "1", low=5.0, high=500.0, source="A-62", about="K2 of the same.")
    bagginess_sd: float = param(
        1e-4, "1", high=0.01, source="A-66", about="Excess length of baggy laps over their circle, one sigma."
    )
    friction: float = param(0.25, "1", low=0.05, high=1.0, source="A-67", about="Friction between laps.")
    slip_stress: float = param(
        500.0, "Pa", high=1e5, source="A-67", about="Shear stress between laps that handling the roll asks for."
    )
    power: float = param(3e3, "W", high=1e5, source="A-68", about="Winder drive.", shop="kW")
    operators: float = param(0.5, "1", high=10.0, source="A-68", about="Operators at the winder.")

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Wind one predried web; an interrupted roll goes on where it stopped."""
        known = lot.properties
        coating = known["coating_thickness"]
        tape = self.tape_thickness * draws.normal("tape", 1.0, self.tape_sd) if self.spacer_tape else 0.0
        pitch = known["carrier_thickness"] + max(tape, coating)
        tension = self.tension * max(draws.normal("tension", 1.0, self.tension_sd), 0.1)
        stack = self._stack(lot, pitch, tension)
        radii, pressure = wound_pressure(stack)
        duration = lot.length / max(known["speed"], 1e-6)
        measures = {
            "core_pressure": float(pressure[0]),
            "middle_pressure": float(np.interp(0.5 * (stack.core + stack.outer), radii, pressure)),
            "outer_radius": stack.outer,
            "laps": (stack.outer - stack.core) / pitch,
            "air_film": air_film(stack.outer, known["speed"], tension),
        }  # fmt: skip
        measures |= self._contact(lot, draws, tape, stack, np.interp(_ends(stack), radii, pressure), tension)
        measures["telescoping"] = self.slip_stress / max(self.friction * measures["middle_pressure"], 1e-9)
        passed_on = {"roll_outer_radius": stack.outer, "roll_core_radius": stack.core, "roll_pitch": pitch}
        passed_on |= {"tape_permeability": self.tape_permeability, "tape_width": self.tape_width}
        passed_on |= {name: measures[name] for name in ("core_pressure", "gap", "touched_length")}
        return Outcome(
            lot=lot.becoming(passed_on, material="predried_roll"),
            duration=max(duration - (visit.elapsed or 0.0), 0.0),
            measures=measures,
            utilities={
                "electricity_kWh": self.power * duration / 3.6e6,
                "operator_h": self.operators * duration / 3600.0,
            },
        )

    def _carried(self, lot: Lot) -> float:
        """Share of the width that carries the pressure: the tapes, or all of it. [1]."""
        return min(2.0 * self.tape_width / lot.properties["web_width"], 1.0) if self.spacer_tape else 1.0

    def _stack(self, lot: Lot, pitch: float, tension: float) -> Stack:
        web = lot.properties["carrier_thickness"] + lot.properties["dry_thickness"]
        return Stack(
            core=self.core_radius,
            outer=max(outer_radius(self.core_radius, lot.length, pitch), self.core_radius + pitch),
            stress=tension / pitch,
            taper=self.taper,
            modulus=self.web_modulus * web / pitch,
            core_modulus=self.core_modulus,
            poisson=self.poisson,
            softness=self.stack_softness * self._carried(lot),
            stiffening=self.stack_stiffening,
        )

    def _contact(
        self, lot: Lot, draws: Draws, tape: float, stack: Stack, pressures: NDArray[np.float64], tension: float
    ) -> dict[str, float]:
        """Gap, clearance of the worst section, and the length that touches; a release film makes contact harmless."""
        if self.release_film:
            return dict.fromkeys(("gap", "clearance", "contact_probability", "touched_length"), 0.0)
        coating, carried = lot.properties["coating_thickness"], self._carried(lot)
        web = lot.properties["carrier_thickness"] + lot.properties["dry_thickness"]
        sag = tension / (web * self.web_modulus)
        baggy = np.abs(draws.normals("bagginess", SECTIONS)) * self.bagginess_sd
        ends = _ends(stack)
        gaps = [
            tape * (1.0 - compression(float(one) / carried, self.stack_softness, self.stack_stiffening)) - coating
            for one in pressures
        ]
        laps = [Lap(ends[i], ends[i + 1], gaps[i + 1], sag + float(baggy[i])) for i in range(SECTIONS)]
        return {
            "gap": max(sum(gaps) / len(gaps), 0.0),
            "clearance": min(one.gap - one.outer * one.slack for one in laps),
            "contact_probability": contact_probability(gaps[-1], stack.outer, sag, self.bagginess_sd),
            "touched_length": sum(touched_share(one) for one in laps) * lot.length / SECTIONS,
        }


def _ends(stack: Stack) -> list[float]:
    """Radii that part the roll into sections of equal length. [m]."""
    inside, grown = stack.core**2, stack.outer**2 - stack.core**2
    return [float((inside + grown * i / SECTIONS) ** 0.5) for i in range(SECTIONS + 1)]
