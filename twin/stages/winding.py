"""Winding: the web becomes a roll whose laps a tape on the bare borders holds apart, if all goes well."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isfinite, prod
from types import MappingProxyType
from typing import ClassVar, NamedTuple

import numpy as np

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import param
from twin.polymer.roll import (
    APART,
    SHELLS,
    SOFTEST,
    Array,
    Lap,
    Stack,
    air_film,
    anisotropy,
    blocking,
    compression,
    contact_probability,
    outer_radius,
    touched_share,
    traction,
    wound_pressure,
)
from twin.polymer.solvents import AMBIENT
from twin.stage import Outcome, Profile, Visit

SECTIONS = 10  # of equal length, each as baggy as its own draw says
LANES = tuple(f"lane_{number}" for number in range(1, 6))
LIQUID = 1040.0  # kg/m^3, of the recipes' solvents within 2 %; swells the thickest lane


class Roll(NamedTuple):
    """A roll as it was wound.

    Attributes:
        stack: What was wound. [1]
        pitch: Radius that each lap added. [m]
        tape: Thickness of the tape. [m]
        tension: Tension per width. [N/m]
        radii: Radii from core to outside. Shape: (shells,). [m]
        pressure: Pressure between the laps there; 0 where none was found. Shape: (shells,). [Pa]
        sound: Whether the pressure was found.
        apart: By how much two grids differ about the pressure at the core, relative. [1]
    """

    stack: Stack
    pitch: float
    tape: float
    tension: float
    radii: Array
    pressure: Array
    sound: bool
    apart: float

    def middle(self) -> float:
        """Pressure half-way between core and outside, by definition. [Pa]

        >>> stack = Stack(0.1, 0.3, 1e6, 0.0, 4e9, 2e10, 0.3, 1e3, 60.0)
        >>> Roll(stack, 1e-4, 0.0, 100.0, np.array([0.1, 0.3]), np.array([3e4, 1e4]), True, 0.0).middle()
        20000.0
        """
        return float(np.interp(0.5 * (self.stack.core + self.stack.outer), self.radii, self.pressure))


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
            "contact_risk": "1",
            "touched_length": "m",
            "telescoping": "1",
            "blocking_index": "1",
        }
    )

    spacer_tape: float = param(
        0.0, "1", high=1.0, choices=(0.0, 1.0),
        source="JP 2003-027014 [0036]",
        about="1 when a tape runs along on each bare border, 0 when not.", evidence="patent",
    )  # fmt: skip
    release_film: float = param(
        1.0, "1", high=1.0, choices=(0.0, 1.0), source="JP 2003-027014 [0036]", evidence="patent",
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
    counted_length: float = param(
        5.0, "m", low=0.01, high=100.0, source="A-357", about="Web that has touched is cut in whole multiples; 1-10."
    )
    friction: float = param(0.25, "1", low=0.05, high=1.0, source="A-67", about="Friction between laps.")
    slip_stress: float = param(
        500.0, "Pa", high=1e5, source="A-67", about="Shear stress between laps that handling the roll asks for."
    )
    roughness: float = param(
        1e-6, "m", low=1e-8, high=1e-4, source="A-355", shop="um",
        about="Roughness of both faces that laps without tape touch with; air beyond it floats them; 0.3-3 um.",
    )  # fmt: skip
    refinement: float = param(
        1.0, "1", low=1.0, high=4.0, source="numerical", evidence="computed", about="Finer shells, by a factor."
    )
    power: float = param(3e3, "W", high=1e5, source="A-68", about="Winder drive.", shop="kW")
    operators: float = param(0.5, "1", high=10.0, source="A-68", about="Operators at the winder.")

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Wind one predried web; an interrupted roll goes on where it stopped."""
        known = lot.properties
        roll = self._wound(lot, draws)
        duration = lot.length / max(known["speed"], 1e-6)
        measures = self._contact(lot, roll, draws)
        measures |= self._pressures(lot, roll, measures["touched_length"])
        pieces = ceil(measures["touched_length"] / self.counted_length)
        measures["touched_length"] = min(pieces * self.counted_length, lot.length)  # what is to be cut
        passed_on = {"roll_outer_radius": roll.stack.outer, "roll_core_radius": roll.stack.core}
        passed_on |= {"roll_pitch": roll.pitch, "roll_temperature": known.get("web_temperature", AMBIENT)}
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
            flags=_flags(roll, measures),
        )

    def profiles(self, lot: Lot, visit: Visit, draws: Draws, /) -> tuple[Profile, ...]:
        """Show the pressure between the laps, the gap and the clearance over the radius."""
        del visit  # a roll does not depend on it
        roll = self._wound(lot, draws)
        along = ("radius", "m")
        shown = [Profile("roll pressure", "Pa", *along, tuple(roll.radii.tolist()), tuple(roll.pressure.tolist()))]
        if not self.release_film:
            laps = self._laps(lot, roll, draws)
            ends = tuple(one.outer for one in laps)
            clearance = tuple(one.gap - one.outer * one.slack for one in laps)
            shown.append(Profile("gap", "m", *along, ends, tuple(one.gap for one in laps)))
            shown.append(Profile("clearance", "m", *along, ends, clearance))
        return tuple(shown)

    def _wound(self, lot: Lot, draws: Draws) -> Roll:
        """Wind it, with the tape and the tension of this roll."""
        tape = self.tape_thickness * draws.normal("tape", 1.0, self.tape_sd) if self.spacer_tape else 0.0
        pitch = lot.properties["carrier_thickness"] + max(tape, _coating(lot))
        tension = self.tension * max(draws.normal("tension", 1.0, self.tension_sd), 0.1)
        stack = self._stack(lot, pitch, tension)
        radii, pressure, apart = wound_pressure(stack, 2 * round(0.5 * SHELLS * self.refinement))
        sound = isfinite(float(pressure.sum()))
        return Roll(stack, pitch, tape, tension, radii, pressure if sound else np.zeros_like(pressure), sound, apart)

    def _pressures(self, lot: Lot, roll: Roll, touched: float) -> dict[str, float]:
        """Pressures, and what they do: hold the laps, and stick those together that touch."""
        known, stack = lot.properties, roll.stack
        middle, air = roll.middle(), air_film(stack.outer, known["speed"], roll.tension)
        # Between tapes air leaves through the gap; laps without tape it floats.
        held = self.friction if self.spacer_tape else traction(self.friction, air, self.roughness)
        share = touched / lot.length if lot.length > 0.0 else 0.0
        solvent, warm = known.get("residual_solvent", 0.0), known.get("web_temperature", AMBIENT)
        return {
            "core_pressure": float(roll.pressure[0]),
            "middle_pressure": middle,
            "outer_radius": stack.outer,
            "laps": (stack.outer - stack.core) / roll.pitch,
            "air_film": air,
            "telescoping": self.slip_stress / max(held * middle, 1e-9),
            "blocking_index": blocking(solvent, middle, warm, share),
        }

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

    def _laps(self, lot: Lot, roll: Roll, draws: Draws) -> list[Lap]:
        """Outermost laps of the sections along the roll."""
        coating, carried = _coating(lot), self._carried(lot)
        baggy = np.abs(draws.normals("bagginess", SECTIONS)) * self.bagginess_sd
        sag, ends = self._sag(lot, roll), _ends(roll.stack)
        pressures: list[float] = np.interp(ends, roll.radii, roll.pressure).tolist()
        swell = [coating] * (SECTIONS + 1)
        swell[1 + _thickest_section(lot)] *= lot.properties.get("thickest_along", 1.0)
        gaps = [
            roll.tape * (1.0 - compression(one / carried, self.stack_softness, self.stack_stiffening)) - coated
            for one, coated in zip(pressures, swell, strict=True)
        ]
        return [Lap(ends[i], ends[i + 1], gaps[i + 1], sag + float(baggy[i])) for i in range(SECTIONS)]

    def _sag(self, lot: Lot, roll: Roll) -> float:
        """Strain of a lap under its own tension. [1]."""
        web = lot.properties["carrier_thickness"] + lot.properties["dry_thickness"]
        return roll.tension / (web * self.web_modulus)

    def _contact(self, lot: Lot, roll: Roll, draws: Draws) -> dict[str, float]:
        """Gap, clearance of the worst section, and the length that touches; a release film makes contact harmless."""
        if self.release_film:
            return dict.fromkeys(("gap", "clearance", "contact_probability", "contact_risk", "touched_length"), 0.0)
        laps, sag = self._laps(lot, roll, draws), self._sag(lot, roll)
        chances = [contact_probability(one.gap, one.outer, sag, self.bagginess_sd) for one in laps]
        return {
            "gap": max(sum(one.gap for one in laps) / SECTIONS, 0.0),
            "clearance": min(one.gap - one.outer * one.slack for one in laps),
            "contact_probability": chances[-1],
            "contact_risk": 1.0 - prod(1.0 - one for one in chances),
            "touched_length": sum(touched_share(one) for one in laps) * lot.length / SECTIONS,
        }


def _coating(lot: Lot) -> float:
    """Thickness of the thickest lane with its solvent, which decides about laps that touch. [m]."""
    known = lot.properties
    solvent = min(known.get("residual_solvent_max", known.get("residual_solvent", 0.0)), 0.9)
    swollen = 1.0 + solvent / (1.0 - solvent) * known.get("film_density", LIQUID) / LIQUID
    lanes = known["dry_thickness"] * max(known.get(lane, 1.0) for lane in LANES) * swollen
    return max(known["coating_thickness"], lanes)


def _thickest_section(lot: Lot) -> int:
    """Section that holds the thickest place along the web, whose beginning lies on the core. [1]."""
    place = lot.properties.get("thickest_place", 0.0) / lot.length if lot.length > 0.0 else 0.0
    return min(int(SECTIONS * place), SECTIONS - 1)


def _flags(roll: Roll, measures: Mapping[str, float]) -> tuple[str, ...]:
    doubts = {
        "not converged: winding": not roll.sound,
        "extrapolated: winding, soft stack": anisotropy(roll.stack, measures["middle_pressure"]) > SOFTEST,
        "extrapolated: winding, grid of shells": roll.apart > APART,
        "telescoping: winding": measures["telescoping"] > 1.0,
    }
    return tuple(doubt for doubt, holds in doubts.items() if holds)


def _ends(stack: Stack) -> list[float]:
    """Radii that part the roll into sections of equal length. [m]."""
    inside, grown = stack.core**2, stack.outer**2 - stack.core**2
    return [float((inside + grown * i / SECTIONS) ** 0.5) for i in range(SECTIONS + 1)]
