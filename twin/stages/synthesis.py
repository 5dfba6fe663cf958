"""Synthesis: diamine and dianhydride grow to polyamic acid until its solution is as viscous as the recipe asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from types import MappingProxyType
from typing import ClassVar

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import param
from twin.polymer.drums import Drums, dead_share
from twin.polymer.heat import adiabatic_rise, heat_capacity
from twin.polymer.kinetics import arrhenius
from twin.polymer.monomers import DIAMINES, DIANHYDRIDES, SUBSTANCES, Blend, blend_molar_mass, book, resin_properties
from twin.polymer.times import drawn_time, remaining
from twin.polymer.titration import Charge, Chemistry, Rule, Solution, solution, titrated
from twin.stage import Outcome, Visit

COLDER = "temperature must lie above coolant_temperature"
JACKET = 1.6 / 0.2 ** (2.0 / 3.0)  # m, A-14: jacket area over volume^(2/3), 1.6 m2 on 200 L (1.2-2 m2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesis:
    """Polyamic acid by titration: charge short of dianhydride, then trim until the viscosity is reached.

    JP 2003-027014, Example 1: monomers in DMF, dianhydride last and gradually, stopped at 1500 poise. The defaults
    scale it to a 500 L reactor. An error of purity shows as more or fewer trims, so mainly as time.

    Attributes:
        dianhydrides: Names with their mole shares. [mol/mol]
        diamines: Names with their mole shares. [mol/mol]
    """

    name: ClassVar[str] = "synthesis"
    measures: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "viscosity": "Pa*s",
            "solids": "kg/kg",
            "molar_mass_w": "kg/mol",
            "molar_mass_n": "kg/mol",
            "stoichiometry": "mol/mol",
            "trims": "1",
            "cold_viscosity": "Pa*s",
            "adiabatic_rise": "K",
        }
    )

    dianhydrides: Blend = (("ESDA", 1.0),)
    diamines: Blend = (("BAPS-M", 1.0),)
    solvent: str = "DMF"
    solvent_mass: float = param(199.75, "kg", low=0.01, high=5000.0, source="A-14", about="Solvent of one batch.")
    solids: float = param(
        0.30055, "kg/kg", low=0.02, high=0.6, source="JP 2003-027014, Example 1", evidence="patent",
        about="Polymer in the solution if the charge is equimolar.",
    )  # fmt: skip
    end_viscosity: float = param(
        150.0, "Pa*s", low=0.1, high=2000.0, source="JP 2003-027014, Example 1", evidence="patent", shop="poise",
        about="Viscosity at which the reaction is stopped.",
    )  # fmt: skip
    viscosity_reference: float = param(
        150.0, "Pa*s", low=0.1, high=2000.0, source="JP 2003-027014, Example 1", evidence="patent", shop="poise",
        about="Viscosity of this resin's reference solution.",
    )  # fmt: skip
    solids_reference: float = param(
        0.3005, "kg/kg", low=0.02, high=0.6, source="JP 2003-027014, Example 1", evidence="patent",
        about="Polymer in this resin's reference solution.",
    )  # fmt: skip
    molar_mass_reference: float = param(
        80.0, "kg/mol", low=20.0, high=300.0, source="A-02", about="Molar mass Mw in the reference solution; 50-150."
    )
    exponent: float = param(4.5, "1", low=1.0, high=8.0, source="A-03", about="Power of solids in viscosity; 4-5.1.")
    temperature: float = param(
        278.15, "K", low=263.15, high=353.15, source="JP 2003-027014, Example 1", evidence="patent",
        about="Temperature of the reaction, an ice bath.", shop="degC",
        limit="pilot plant: reactor jacket from -10 to 80 degC",
    )  # fmt: skip
    rate: float = param(
        1e-4, "m^3/mol/s", low=1e-6, source="A-05", about="Amidation of this weak diamine at 25 degC; 3e-5 to 5e-4."
    )
    rate_activation: float = param(40e3, "J/mol", high=2e5, source="A-05", about="Its activation energy; 30-55 kJ/mol.")
    equilibrium: float = param(
        100.0, "m^3/mol", low=1e-3, source="A-06", about="Equilibrium constant of amidation at 25 degC; 30-300."
    )
    heat: float = param(70e3, "J/mol", high=2e5, source="A-08", about="Heat of amidation; 60-85 kJ/mol.")
    hydrolysis: float = param(
        5e-7, "m^3/mol/s", high=1e-4, source="A-07", about="Anhydride with water at 25 degC; 1e-7 to 1e-5."
    )
    hydrolysis_activation: float = param(
        63e3, "J/mol", high=2e5, source="Polymer 42 (2001) 5165", about="Its activation energy.", evidence="literature"
    )
    start_ratio: float = param(
        0.965, "mol/mol", low=0.5, high=1.1, source="A-09", about="Stoichiometry aimed at by the first charge."
    )
    far_trim: float = param(0.002, "mol/mol", high=0.1, source="A-09", about="Dianhydride of a trim far from the end.")
    near_trim: float = param(0.001, "mol/mol", high=0.1, source="A-09", about="Dianhydride of a trim near the end.")
    near_share: float = param(
        0.65, "1", high=1.0, source="A-09", about="Share of the end viscosity from which trims are near ones; 0.4-0.8."
    )
    stop_share: float = param(
        0.95, "1", low=0.1, high=1.0, source="A-09", about="Share of the end viscosity at which trims end."
    )  # fmt: skip
    trim_limit: float = param(20.0, "1", high=100.0, source="A-09", about="Trims after which the operator gives up.")
    diamine_assay: float = param(0.996, "kg/kg", low=0.8, high=1.0, source="A-10", about="Assay of the diamine.")
    diamine_assay_sd: float = param(0.0010, "kg/kg", high=0.05, source="A-10", about="Its scatter between drums.")
    dianhydride_assay: float = param(0.995, "kg/kg", low=0.8, high=1.0, source="A-10", about="Assay of dianhydride.")
    dianhydride_assay_sd: float = param(0.0015, "kg/kg", high=0.05, source="A-10", about="Its scatter between drums.")
    weighing_sd: float = param(0.0005, "1", high=0.05, source="A-10", about="Relative error of weighing a monomer.")
    hydrolysed: float = param(
        0.0015, "mol/mol", high=0.2, source="A-11", about="Median share of anhydride groups that moist air opened."
    )
    hydrolysed_sigma: float = param(
        0.732, "1", high=2.0, source="A-11", about="Its scatter between drums: 95th percentile 0.5 %."
    )
    water: float = param(150e-6, "kg/kg", high=0.02, source="A-12", about="Median water in the solvent.", shop="ppm")
    water_sigma: float = param(0.596, "1", high=2.0, source="A-12", about="Its scatter: 95th percentile 400 ppm.")
    diamine_moisture: float = param(
        0.0005, "kg/kg", high=0.05, source="A-310", about="Water in the diamine; 0.02-0.2 %.", shop="wt%"
    )
    monoamine: float = param(
        0.0, "kg/kg", high=0.01, source="A-309", about="Dimethylamine; none in fresh DMF, to 50 ppm reused.", shop="ppm"
    )  # fmt: skip
    flow_activation: float = param(32e3, "J/mol", high=1e5, source="A-04", about="Of the viscosity; 25-40 kJ/mol.")
    sample_temperature: float = param(
        298.15, "K", low=263.15, high=353.15, source="A-04", about="Of the sample in the viscometer.", shop="degC"
    )
    reading_sd: float = param(
        0.036, "1", high=0.5, source="A-10", about="Viscometer: repeatability 3 %, temperature of the sample 0.5 K."
    )
    charge_time: float = param(7200.0, "s", source="A-13", about="Charge, inert, dissolve diamine; 1.5-3 h.", shop="h")
    feed_time: float = param(5400.0, "s", source="A-13", about="Cool and feed dianhydride; 1-2.5 h.", shop="h")
    trim_time: float = param(1800.0, "s", source="A-13", about="Mix one trim and measure.", shop="min")
    time_spread: float = param(1.0, "1", high=1.0, source="A-13", about="Scatter of the times; 0 for none.")
    vessel_volume: float = param(0.5, "m^3", low=1e-4, high=20.0, source="A-14", about="Of the reactor.", shop="L")
    heat_transfer: float = param(
        80.0, "W/m^2/K", low=5.0, high=1000.0, source="A-14", about="Contents to jacket; 150 thin, 40 thick."
    )
    coolant_temperature: float = param(
        263.15, "K", low=233.15, high=290.0, source="A-14", about="Brine in the jacket.", shop="degC"
    )
    loss_share: float = param(0.005, "kg/kg", high=0.2, source="A-16", about="Solution left behind or sampled.")
    power: float = param(15e3, "W", source="A-15", about="Agitator, pumps and chiller; 10-20 kW.", shop="kW")
    nitrogen: float = param(2.8e-3, "m^3/s", source="A-15", about="Blanket and purges; 10 m3/h.", shop="m^3/h")
    operators: float = param(1.5, "1", high=10.0, source="A-15", about="Operators at work on it.")

    def __post_init__(self) -> None:
        if self.temperature <= self.coolant_temperature:
            raise ValueError(COLDER)

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Charge an empty vessel, or take a batch back that is still thin, and trim it to the end viscosity."""
        feeds: dict[str, float] = {}
        drums, chemistry = self._drums(draws), self._chemistry()
        if visit.attempt and lot.properties.get("polymer_mass", 0.0) > 0.0:
            begun, charge, water = 0.0, self._standing(lot), lot.properties["water_mass"]
        else:
            charge, water = self._charged(drums, draws, feeds), drums.water * self.solvent_mass
            begun = self._begun(charge, draws)
        charge, trims, trimmed = self._titrated(charge, drums.dianhydride, begun, draws)
        book(feeds, DIANHYDRIDES, self.dianhydrides, trimmed)
        duration = begun + trims * self.trim_time
        grown = solution(charge, chemistry, self._reacted(begun, trims))
        grown = grown.stood(chemistry, self.temperature, visit.stopped, water / charge.solvent)
        mass = lot.mass + sum(feeds.values())
        loss = self.loss_share * mass if begun else 0.0
        properties = self._properties(charge, grown, water, 1.0 - loss / mass)
        return Outcome(
            lot=lot.becoming(properties, material="polyamic_acid", mass=mass - loss),
            duration=remaining(duration, visit),
            measures=self._measured(properties, charge, grown, trims),
            feeds=feeds,
            losses={"vessel residue": loss},
            utilities=self._utilities(charge, grown, duration, visit.stopped, begun=begun > 0.0),
            flags=self._flags(grown, trims),
        )

    def _chemistry(self) -> Chemistry:
        return Chemistry(
            diamine=blend_molar_mass(DIAMINES, self.diamines),
            dianhydride=blend_molar_mass(DIANHYDRIDES, self.dianhydrides),
            solvent_density=SUBSTANCES[self.solvent].density,
            rate=arrhenius(self.rate, self.rate_activation, self.temperature),
            equilibrium=arrhenius(self.equilibrium, -self.heat, self.temperature),
            viscosity=self.viscosity_reference,
            solids=self.solids_reference,
            molar_mass=self.molar_mass_reference,
            exponent=self.exponent,
            hydrolysis=arrhenius(self.hydrolysis, self.hydrolysis_activation, self.temperature),
            flow=self.flow_activation,
        )

    def _drums(self, draws: Draws) -> Drums:
        chemistry = self._chemistry()
        diamine = self.solids / (1.0 - self.solids) * chemistry.diamine / chemistry.unit
        return Drums(
            diamine=min(1.0, draws.normal("diamine assay", self.diamine_assay, self.diamine_assay_sd)),
            dianhydride=min(1.0, draws.normal("dianhydride assay", self.dianhydride_assay, self.dianhydride_assay_sd)),
            opened=draws.lognormal("hydrolysed", self.hydrolysed, self.hydrolysed_sigma),
            water=draws.lognormal("water", self.water, self.water_sigma) + diamine * self.diamine_moisture,
            monoamine=self.monoamine,
        )

    def _charged(self, drums: Drums, draws: Draws, feeds: dict[str, float]) -> Charge:
        """Weigh what the certificates ask for; what the drums really hold decides."""
        chemistry = self._chemistry()
        recipe = self.solvent_mass * self.solids / (1.0 - self.solids) / chemistry.unit
        usual = self.hydrolysed * exp(0.5 * self.hydrolysed_sigma**2)
        ratio = self.start_ratio / (1.0 - usual) ** 2
        amine = recipe * chemistry.diamine / self.diamine_assay * self._weighed(draws, "diamine")
        acid = recipe * ratio * chemistry.dianhydride / self.dianhydride_assay * self._weighed(draws, "dianhydride")
        book(feeds, DIAMINES, self.diamines, amine)
        book(feeds, DIANHYDRIDES, self.dianhydrides, acid)
        feeds[self.solvent] = self.solvent_mass
        diamine = amine * drums.diamine / chemistry.diamine
        dianhydride = acid * drums.dianhydride / chemistry.dianhydride
        solvent = self.solvent_mass + amine * (1.0 - drums.diamine) + acid * (1.0 - drums.dianhydride)
        dead = dead_share(drums, chemistry, self.solvent_mass, diamine, dianhydride)
        return Charge(solvent, diamine, dianhydride / diamine, dead)

    def _weighed(self, draws: Draws, what: str) -> float:
        return 1.0 + draws.normal(f"{what} weighing", 0.0, self.weighing_sd)

    def _standing(self, lot: Lot) -> Charge:
        """What is in a batch that came back."""
        chemistry, known = self._chemistry(), lot.properties
        diamine = known["polymer_mass"] / (chemistry.diamine + known["charge_ratio"] * chemistry.dianhydride)
        return Charge(lot.mass - known["polymer_mass"], diamine, known["charge_ratio"], known["hydrolysed"])

    def _begun(self, charge: Charge, draws: Draws) -> float:
        """Time to the first reading: the feed takes as long as the jacket needs for the heat of reaction."""
        charged = drawn_time(draws, "charge time", self.charge_time, self.time_spread)
        fed = drawn_time(draws, "feed time", self.feed_time, self.time_spread, low=2.0 / 3.0, high=5.0 / 3.0)
        lead = self.temperature - self.coolant_temperature
        removal = self.heat_transfer * JACKET * self.vessel_volume ** (2.0 / 3.0) * lead
        return charged + max(fed, 2.0 * charge.diamine * self.heat / float(removal))

    def _reacted(self, begun: float, trims: int) -> float:
        """Time since dianhydride met diamine; a batch that came back has reacted long ago."""
        return (self.feed_time if begun else 10.0 * self.feed_time) + trims * self.trim_time

    def _titrated(self, charge: Charge, assay: float, begun: float, draws: Draws) -> tuple[Charge, int, float]:
        chemistry = self._chemistry()
        rule = Rule(
            self.end_viscosity, self.stop_share, self.near_share, self.far_trim, self.near_trim, int(self.trim_limit)
        )

        def read(now: Charge, trim: int) -> float:
            grown = solution(now, chemistry, self._reacted(begun, trim))
            true = grown.flowing(chemistry, self.sample_temperature)
            return true * (1.0 + draws.normal(f"reading {trim}", 0.0, self.reading_sd))

        return titrated(charge, assay, chemistry.dianhydride, rule, read)

    def _properties(self, charge: Charge, grown: Solution, water: float, kept: float) -> dict[str, float]:
        return resin_properties(self.dianhydrides, self.diamines) | {
            "polymer_mass": grown.polymer * kept,
            "solids": grown.solids,
            "molar_mass_w": grown.masses.weight,
            "molar_mass_n": grown.masses.number,
            "viscosity": grown.viscosity,
            "amic_acid": 2.0 * charge.diamine * grown.bonded * kept,
            "water_mass": water * kept,
            "stoichiometry": charge.stoichiometry,
            "charge_ratio": charge.ratio,
            "hydrolysed": charge.hydrolysed,
        }

    def _measured(
        self, properties: Mapping[str, float], charge: Charge, grown: Solution, trims: int
    ) -> dict[str, float]:
        capacity = heat_capacity(charge.solvent, grown.polymer)
        found = {
            "trims": float(trims),
            "cold_viscosity": grown.flowing(self._chemistry(), self.temperature),
            "adiabatic_rise": adiabatic_rise(2.0 * charge.diamine * grown.bonded, self.heat, capacity),
        }
        return {name: found[name] if name in found else properties[name] for name in self.measures}

    def _utilities(
        self, charge: Charge, grown: Solution, time: float, stopped: float, *, begun: bool
    ) -> dict[str, float]:
        """What the whole operation uses, interrupted or not; only the blanket also lies over a batch that stands."""
        chilled = 20.0 * heat_capacity(charge.solvent, grown.polymer) + 2.0 * charge.diamine * self.heat
        return {
            "electricity_kWh": self.power * time / 3.6e6,
            "cooling_MJ": chilled * begun / 1e6,
            "nitrogen_m3": self.nitrogen * (time + stopped),
            "operator_h": self.operators * time / 3600.0,
        }

    def _flags(self, grown: Solution, trims: int) -> tuple[str, ...]:
        doubts = {
            "not converged: synthesis": trims >= int(self.trim_limit) > 0,
            "extrapolated: vessel overfilled": grown.volume > 0.95 * self.vessel_volume,
        }
        return tuple(name for name, is_so in doubts.items() if is_so)
