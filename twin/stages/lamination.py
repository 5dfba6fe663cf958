"""Lamination: the dried adhesive film is pressed between foil and polyimide film, cures, and holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType
from typing import ClassVar

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import param
from twin.polymer.cure import (
    AGEING_RATE,
    TABLE_1,
    PeelLaw,
    Recipe,
    aged_peel,
    ageing_is_known,
    ageing_rate,
    cured,
    curing_time,
    gel_point,
    intimate_contact,
    peel_strength,
)
from twin.polymer.kinetics import arrhenius
from twin.polymer.times import remaining
from twin.stage import Outcome, Profile, Visit

MOMENTS = 41  # points of a profile over the hold
PRESS_BASIS = 473.15  # K, temperature at which the viscosity of the film in the press is stated, A-33
# Film of JP 2003-027014, Example 1, for a lot that does not say what it is made of.
EXAMPLE = MappingProxyType(
    {
        "epoxy_phr": 25.0,
        "reactive_share": 6.5 / 26.5,
        "amine_ratio": 4.0 * 1.5 / 248.307 / (5.0 / 169.0),
        "hardener_functionality": 4.0,
        "epoxy_functionality": 3.0,
        "glycidyl_amine_share": 0.0,
        "aliphatic_share": 0.0,
        "short_share": 0.0,
        "ester_share": 1.0,
        "meta_share": 1.0,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamination:
    """Press cycles of a sublot of panels: cure, intimate contact, and the peel strength of Table 1, fresh and aged.

    JP 2003-027014, paragraphs 57 and 58: 200 degC, 3 MPa, 20 min; peel again after 150 degC for 1000 h. The release
    film is taken off first. A film that does not bring its conversion is given the patent's drying of 100 and 120 degC.
    Contact grows while the film flows: a film that gelled in a hot dryer or early in the press hardly wets the foil.
    Heat-up and cooling of the plates count as time and energy alone, as the patent tells its hold alone.
    """

    name: ClassVar[str] = "lamination"
    measures: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "conversion": "mol/mol",
            "contact": "1",
            "peel": "N/m",
            "peel_aged": "N/m",
            "gel_margin": "1",
        }
    )

    temperature: float = param(
        473.15, "K", low=293.15, high=573.15, source="JP 2003-027014, paragraph 57", evidence="patent",
        about="Temperature of the press.", shop="degC", limit="pilot plant: press rated to 300 degC",
    )  # fmt: skip
    pressure: float = param(
        3e6, "Pa", low=1e3, high=2e7, source="JP 2003-027014, paragraph 57", evidence="patent",
        about="Pressure on the panels.", shop="MPa",
    )  # fmt: skip
    press_time: float = param(
        1200.0, "s", source="JP 2003-027014, paragraph 57", evidence="patent", about="Hold under pressure.", shop="min"
    )
    temperature_sd: float = param(2.0, "K", high=20.0, source="A-10", about="Scatter of the press temperature.")
    press_time_sd: float = param(10.0, "s", high=600.0, source="A-10", about="Scatter of the hold.")
    postcure_temperature: float = param(
        433.15, "K", low=293.15, high=573.15, source="A-39", about="Of a post-cure without pressure.", shop="degC"
    )
    postcure_time: float = param(0.0, "s", source="A-39", about="How long it is; the patent has none.", shop="min")
    first_drying_temperature: float = param(
        373.15, "K", low=273.15, high=523.15, source="JP 2003-027014, paragraph 36", evidence="patent",
        about="First drying of a film without known conversion.", shop="degC",
    )  # fmt: skip
    second_drying_temperature: float = param(
        393.15, "K", low=273.15, high=523.15, source="JP 2003-027014, paragraph 36", evidence="patent",
        about="Second drying of a film without known conversion.", shop="degC",
    )  # fmt: skip
    drying_time: float = param(
        600.0, "s", source="JP 2003-027014, paragraph 36", evidence="patent", about="Each of the two.", shop="min"
    )
    storage_temperature: float = param(
        298.15, "K", low=253.15, high=323.15, source="A-382", shop="degC",
        about="Where the dried film waits for the press, and slowly cures; a cold store has 5 degC.",
    )  # fmt: skip
    separated: float = param(
        0.7, "kg/kg", high=1.0, source="A-32", about="Epoxy and hardener in the phase that separates at 0.3; 0.5-0.9."
    )
    film_viscosity: float = param(
        3e5, "Pa*s", low=1.0, source="A-33", about="Of the film in the press at 200 degC; 1e5 to 1e7."
    )
    film_activation: float = param(120e3, "J/mol", high=4e5, source="A-33", about="Its activation energy; 80-160.")
    contact_factor: float = param(1e-3, "1", high=1.0, source="A-33", about="Spreading of asperities; 3e-4 to 3e-3.")
    gelled_stiffening: float = param(
        100.0, "1", low=1.0, high=1e6, source="A-380", about="Viscosity of the gelled film by that before; 10-1000."
    )
    peel_bare: float = param(
        TABLE_1.bare, "N/m", low=1.0, high=5e3, source="JP 2003-027014, Table 1, Comparative 4", evidence="patent",
        about="Peel strength without epoxy.", shop="N/cm",
    )  # fmt: skip
    peel_added: float = param(
        TABLE_1.added, "N/m", high=1e4, source="JP 2003-027014, Table 1, Example 1", evidence="patent",
        about="What the best content of epoxy adds, fully cured.", shop="N/cm",
    )  # fmt: skip
    best_epoxy: float = param(
        TABLE_1.best, "1", low=1.0, high=100.0, source="A-34", about="Epoxy on 100 of polyimide that adds most; 20-35."
    )
    ageing_rate: float = param(
        AGEING_RATE, "1/s", high=1e-3, source="JP 2003-027014, Table 1, Example 1", evidence="patent",
        about="Rate at which the film of Example 1 loses peel strength at 150 degC.", shop="1/h",
    )  # fmt: skip
    ageing_temperature: float = param(
        423.15, "K", low=293.15, high=523.15, source="JP 2003-027014, paragraph 58", evidence="patent",
        about="Of the ageing test.", shop="degC",
    )  # fmt: skip
    ageing_time: float = param(
        3.6e6, "s", source="JP 2003-027014, paragraph 58", evidence="patent", about="Of the ageing test.", shop="h"
    )
    ageing_activation: float = param(
        100e3, "J/mol", high=3e5, source="A-36", about="Activation of ageing; 80-130; empirical, uncalibrated."
    )
    peel_sd: float = param(50.0, "N/m", high=500.0, source="A-37", about="Scatter of a peel strength.", shop="N/cm")
    panels_per_cycle: float = param(120.0, "1", low=1.0, high=1e4, source="A-39", about="10 daylights of 12 panels.")
    ramp_time: float = param(1500.0, "s", source="A-39", about="Load, heat and cool of one cycle.", shop="min")
    panel_area: float = param(0.075, "m^2", low=1e-4, high=4.0, source="A-39", about="Panel of 250 x 300 mm.")
    foil: float = param(0.161, "kg/m^2", high=2.0, source="A-39", about="Copper foil of 18 um.", shop="g/m^2")
    film: float = param(0.0355, "kg/m^2", high=2.0, source="A-39", about="Polyimide film, 25 um.", shop="g/m^2")
    release: float = param(0.03475, "kg/m^2", high=2.0, source="A-39", about="PET film of 25 um.", shop="g/m^2")
    power: float = param(40e3, "W", source="A-15", about="Heating plates and hydraulics; 20-60 kW.", shop="kW")
    cooling: float = param(60.0, "J/s/K", source="A-15", about="Plates cooled after a cycle, per kelvin above hall.")
    operators: float = param(1.0, "1", high=10.0, source="A-15", about="Operators at work on it.")

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Press all panels of the sublot; a stop leaves the panels of one cycle in hot plates."""
        known = EXAMPLE | lot.properties
        cycles = max(1, ceil(lot.panels / self.panels_per_cycle))
        temperature, pressed = self._pressed(cycles, visit, draws)
        measures = self._measures(known, self._dried(known, visit), (temperature, pressed), draws)
        area = lot.panels * self.panel_area
        feeds = {"copper foil": self.foil * area, "polyimide film": self.film * area}
        off = min(lot.mass, self.release * area)
        whole = cycles * (self.press_time + self.ramp_time) + self.postcure_time
        return Outcome(
            lot=lot.becoming(measures, material="laminated_panels", mass=lot.mass + sum(feeds.values()) - off),
            duration=remaining(whole, visit),
            measures=measures,
            feeds=feeds,
            losses={"release film": off},
            utilities={
                "electricity_kWh": self.power * whole / 3.6e6,
                "cooling_MJ": self.cooling * max(0.0, self.temperature - 298.15) * whole / 1e6,
                "operator_h": self.operators * whole / 3600.0,
            },
            flags=self._flags(known, measures, temperature),
        )

    def profiles(self, lot: Lot, visit: Visit, draws: Draws, /) -> tuple[Profile, ...]:
        """Show conversion and contact as they grow in the press, from the film as it was dried."""
        known = EXAMPLE | lot.properties
        cycles = max(1, ceil(lot.panels / self.panels_per_cycle))
        temperature, pressed = self._pressed(cycles, visit, draws)
        times = tuple(pressed * moment / (MOMENTS - 1) for moment in range(MOMENTS))
        dried = self._dried(known, visit)
        way = (dried, self._gelled(known))
        conversion = tuple(self._cured(known, dried, ((temperature, time),)) for time in times)
        contact = tuple(self._contact(known, temperature, time, way) for time in times)
        return (
            Profile("conversion of the epoxy", "mol/mol", "time in the press", "s", times, conversion),
            Profile("intimate contact", "1", "time in the press", "s", times, contact),
        )

    def _pressed(self, cycles: int, visit: Visit, draws: Draws) -> tuple[float, float]:
        """Temperature of the press, and time in it with what a stop adds to each cycle. [K], [s]"""
        temperature = draws.normal("press temperature", self.temperature, self.temperature_sd)
        time = max(0.0, draws.normal("press time", self.press_time, self.press_time_sd))
        return temperature, time + visit.stopped / cycles

    def _measures(
        self, known: Mapping[str, float], dried: float, press: tuple[float, float], draws: Draws
    ) -> dict[str, float]:
        conversion = self._cured(known, dried, (press, (self.postcure_temperature, self.postcure_time)))
        gel = _gel(known)
        contact = self._contact(known, *press, (dried, self._gelled(known)))
        recipe = Recipe(
            known["epoxy_phr"], known["aliphatic_share"], known["short_share"], known["glycidyl_amine_share"]
        )
        law = PeelLaw(self.peel_bare, self.peel_added, self.best_epoxy)
        fresh = peel_strength(recipe, conversion, min(1.0, gel * known["amine_ratio"]), contact, law)
        rate = ageing_rate(recipe, self.ageing_temperature, self.ageing_activation, self.ageing_rate)
        aged = aged_peel(fresh, rate, self.ageing_time)
        return {
            "conversion": conversion,
            "contact": contact,
            "peel": max(0.0, fresh + draws.normal("peel", 0.0, self.peel_sd)),
            "peel_aged": max(0.0, aged + draws.normal("aged peel", 0.0, self.peel_sd)),
            "gel_margin": 1.0 - gel,
        }

    def _gelled(self, known: Mapping[str, float]) -> float:
        """Conversion of the epoxide at which the film stops flowing; 1 where the formula never gels. [mol/mol]"""
        gel = _gel(known)
        return min(1.0, gel * known["amine_ratio"]) if gel <= 1.0 else 1.0

    def _dried(self, known: Mapping[str, float], visit: Visit) -> float:
        """Conversion that the film brings, or that the patent's drying would give it, after its wait. [mol/mol]"""
        dryings = (self.first_drying_temperature, self.second_drying_temperature)
        drying = () if "conversion" in known else tuple((one, self.drying_time) for one in dryings)
        return self._cured(known, known.get("conversion", 0.0), (*drying, (self.storage_temperature, visit.waited)))

    def _cured(self, known: Mapping[str, float], start: float, programme: tuple[tuple[float, float], ...]) -> float:
        """Conversion of the epoxy after a programme of temperatures and times. [mol/mol]"""
        for temperature, time in programme if known["reactive_share"] > 0.0 else ():
            start = cured(start, temperature, time, known["reactive_share"], self.separated)
        return start

    def _contact(
        self, known: Mapping[str, float], temperature: float, pressed: float, way: tuple[float, float]
    ) -> float:
        """Share of the interface in intimate contact: what is pressed after the gel point counts little. [1]"""
        warm = arrhenius(1.0, self.film_activation, temperature) / arrhenius(1.0, self.film_activation, PRESS_BASIS)
        gelling = curing_time(*way, temperature, known["reactive_share"], self.separated)
        flowing = min(pressed, gelling)
        time = flowing + (pressed - flowing) / self.gelled_stiffening
        return intimate_contact(self.contact_factor, self.pressure, time, self.film_viscosity / warm)

    def _flags(self, known: Mapping[str, float], measures: Mapping[str, float], temperature: float) -> tuple[str, ...]:
        epoxy = known["epoxy_phr"]
        doubts = {
            "non-gelling formula": epoxy > 0.0 and measures["gel_margin"] < 0.0,
            "extrapolated: peel": epoxy > 50.0 or min(known["ester_share"], known["meta_share"]) <= 0.5,
            "extrapolated: peel, cure": epoxy > 0.0 and not 0.7 <= measures["conversion"] <= 0.96,
            "extrapolated: cure": not 393.15 <= temperature <= 493.15,
            "extrapolated: ageing": not ageing_is_known(self.ageing_temperature),
        }
        return tuple(doubt for doubt, holds in doubts.items() if holds)


def _gel(known: Mapping[str, float]) -> float:
    """Conversion of the amine at the gel point. [mol/mol]."""
    return gel_point(known["amine_ratio"], known["hardener_functionality"], known["epoxy_functionality"])
