"""Dissolution: powder, solvent, and for the adhesive epoxy and hardener, become a filtered and deaerated varnish."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import param
from twin.polymer.ageing import aged_viscosity, moisture, varnish_life
from twin.polymer.kinetics import arrhenius
from twin.polymer.monomers import EPOXIES, HARDENERS, SUBSTANCES, Blend
from twin.polymer.rheology import solution_viscosity
from twin.polymer.solubility import SOLUBLE, is_tried, solubility
from twin.polymer.solvents import AMBIENT
from twin.polymer.times import drawn_time, remaining
from twin.stage import Outcome, Visit

DISSOLVING_BASIS = 313.15  # K, temperature at which the time of dissolution is stated, A-29
GRAIN_BASIS = 0.25e-3  # m, radius of grains at which it is stated, A-29


class Mixture(NamedTuple):
    """What is in the tank.

    Attributes:
        polymer: Polyimide that is dissolved. [kg]
        gel: Polyimide that is not. [kg]
        epoxy: Epoxy resin. [kg]
        hardener: Its hardener. [kg]
        solvent: Solvent, and what was volatile in the powder. [kg]
        water: Moisture that the powder took up in store. [kg]
    """

    polymer: float
    gel: float
    epoxy: float
    hardener: float
    solvent: float
    water: float

    @property
    def solids(self) -> float:
        """Polyimide, epoxy and hardener in the varnish, by definition. [kg/kg]

        >>> round(Mixture(20.0, 0.0, 5.0, 1.5, 102.0, 0.0).solids, 6)
        0.206226
        """
        whole = sum(self)
        return (whole - self.solvent - self.water) / whole if whole > 0.0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissolution:
    """Varnish of JP 2003-027014, Example 1: 20 parts polyimide, 5 epoxy, 1.5 DDS, 102 dioxolane.

    Ratios are on polyimide. Whether a resin dissolves is a rule drawn from six resins, of which two failed (A-28).
    What does not dissolve in time stays on the filter. Powder takes up moisture while it waits in store; a varnish
    thickens while it stands in a tank that is stopped, or waits to be filtered once more.

    Attributes:
        solvents: Names with their shares by mass. [kg/kg]
        epoxies: Names with their shares by mass. [kg/kg]
    """

    name: ClassVar[str] = "dissolution"
    measures: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "soluble": "1",
            "solubility": "1",
            "solids": "kg/kg",
            "viscosity": "Pa*s",
            "solvent_share_cyclic_ether": "kg/kg",
            "epoxy_phr": "1",
            "gel": "kg/kg",
            "water": "kg/kg",
        }
    )

    solvents: Blend = (("1,3-dioxolane", 1.0),)
    epoxies: Blend = (("1032H60", 1.0),)
    hardener: str = "DDS"
    solvent_ratio: float = param(
        5.1, "kg/kg", low=0.2, high=100.0, source="JP 2003-027014, Example 1", evidence="patent",
        about="Solvent on polyimide.",
    )  # fmt: skip
    epoxy_ratio: float = param(
        0.25, "kg/kg", high=10.0, source="JP 2003-027014, Example 1", evidence="patent",
        about="Epoxy resin on polyimide.",
    )  # fmt: skip
    hardener_ratio: float = param(
        0.075, "kg/kg", high=10.0, source="JP 2003-027014, Example 1", evidence="patent",
        about="Hardener on polyimide.",
    )  # fmt: skip
    solvent_sd: float = param(0.01, "1", high=0.2, source="A-31", about="Relative scatter of the solvent, losses too.")
    viscosity_reference: float = param(
        5.6, "Pa*s", low=1e-3, high=1000.0, source="A-30", about="Viscosity of the reference varnish at 25 degC; x/3."
    )
    polymer_reference: float = param(
        20.0 / 128.5, "kg/kg", low=0.01, high=0.6, source="A-30", about="Polyimide in the reference varnish."
    )
    molar_mass_reference: float = param(
        77.7, "kg/mol", low=10.0, high=300.0, source="A-30", about="Its molar mass Mw, that of a usual batch."
    )
    exponent: float = param(4.5, "1", low=1.0, high=8.0, source="A-03", about="Power of solids in viscosity; 4-5.1.")
    viscosity_sigma: float = param(0.05, "1", high=0.5, source="A-31", about="Scatter besides solids and Mw.")
    solids_density: float = param(
        1300.0, "kg/m^3", low=800.0, high=2000.0, source="A-30", about="Of what is dissolved; 1250-1400."
    )
    imide_least: float = param(0.9, "mol/mol", high=1.0, source="A-28", about="Imide below which no grain dissolves.")
    temperature: float = param(313.15, "K", low=273.15, high=373.15, source="A-29", about="Of the tank.", shop="degC")
    stirring_time: float = param(16200.0, "s", source="A-13", about="Time to dissolve.", shop="h")
    dissolving_time: float = param(
        7200.0, "s", low=1.0, source="A-29", about="Last of a 0.25 mm grain at 40 degC; 1-6 h.", shop="h"
    )
    dissolving_activation: float = param(30e3, "J/mol", high=2e5, source="A-29", about="Its activation; 15-50 kJ/mol.")
    moisture_capacity: float = param(
        0.012, "kg/kg", high=0.1, source="A-307", about="Water in the powder in saturated air; 0.005-0.03.", shop="wt%"
    )
    store_humidity: float = param(0.4, "1", high=1.0, source="A-307", about="Relative humidity of the powder store.")
    bag_leak: float = param(
        60 * 86400.0, "s", low=60.0, high=3660 * 86400.0, source="A-308", shop="d",
        about="Time in which moisture gets into a sealed bag; 5-365 d.",
    )  # fmt: skip
    filter_time: float = param(16200.0, "s", source="A-13", about="Filter and deaerate; 1.5-9.5 h.", shop="h")
    time_spread: float = param(1.0, "1", high=1.0, source="A-13", about="Scatter of the filter time; 0 for none.")
    filter_loss: float = param(0.015, "kg/kg", high=0.3, source="A-16", about="Varnish left in filter and lines.")
    power: float = param(10e3, "W", source="A-15", about="Agitator, pumps and vacuum; 5-15 kW.", shop="kW")
    nitrogen: float = param(2.8e-3, "m^3/s", source="A-15", about="Blanket; 10 m3/h.", shop="m^3/h")
    operators: float = param(0.5, "1", high=10.0, source="A-15", about="Operators at work on it.")

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Make varnish of a charge of powder, or filter once more a varnish that comes back."""
        again = visit.attempt > 0 and lot.material == "varnish"
        if again:
            feeds: dict[str, float] = {}
            properties, caught = self._aged(dict(lot.properties), visit.waited + visit.stopped), 0.0
        else:
            mixture, feeds = self._mixed(lot, visit, draws)
            properties, caught = self._aged(self._properties(lot, mixture, draws), visit.stopped), mixture.gel
        mass = lot.mass + sum(feeds.values()) - caught
        loss = self.filter_loss * mass
        for name in ("polymer_mass", "solvent_mass", "amic_acid"):
            properties[name] = properties.get(name, 0.0) * (1.0 - self.filter_loss)
        filtering = drawn_time(draws, "filter time", self.filter_time, self.time_spread, low=1.0 / 3.0, high=19.0 / 9.0)
        whole = filtering if again else self.stirring_time + filtering
        return Outcome(
            lot=lot._replace(material="varnish", mass=mass - loss, properties=properties),
            duration=remaining(whole, visit),
            measures={name: properties[name] for name in self.measures},
            feeds=feeds,
            losses={"filter residue": loss, "undissolved polymer": caught},
            utilities=self._utilities(whole, visit.stopped),
            flags=self._flags(properties),
        )

    def _utilities(self, time: float, stopped: float) -> dict[str, float]:
        """What the whole operation uses, interrupted or not; only the blanket also lies over a batch that stands."""
        return {
            "electricity_kWh": self.power * time / 3.6e6,
            "nitrogen_m3": self.nitrogen * (time + stopped),
            "operator_h": self.operators * time / 3600.0,
        }

    def _mixed(self, lot: Lot, visit: Visit, draws: Draws) -> tuple[Mixture, dict[str, float]]:
        """The tank after stirring, with the time of a stop added to it."""
        polymer = lot.properties.get("polymer_mass", 0.0)
        solvent = self.solvent_ratio * polymer * (1.0 + draws.normal("solvent", 0.0, self.solvent_sd))
        parts = sum(share for _, share in self.solvents)
        feeds = {name: solvent * share / parts for name, share in self.solvents}
        epoxy, hardener = self.epoxy_ratio * polymer, self.hardener_ratio * polymer
        whole = sum(share for _, share in self.epoxies)
        feeds |= {name: epoxy * share / whole for name, share in self.epoxies if epoxy > 0.0}
        feeds |= {self.hardener: hardener} if hardener > 0.0 else {}
        water = polymer * moisture(self.moisture_capacity, self.store_humidity, visit.waited, self.bag_leak)
        feeds |= {"water": water} if water > 0.0 else {}
        gel = polymer * self._undissolved(lot.properties, self.stirring_time + visit.stopped)
        return Mixture(polymer - gel, gel, epoxy, hardener, solvent + lot.mass - polymer, water), feeds

    def _aged(self, properties: dict[str, float], age: float) -> dict[str, float]:
        """The varnish after it stood in the tank."""
        thick = properties.get("viscosity", 0.0)
        acid, water = properties.get("residual_acid", 0.0), properties.get("water", 0.0)
        stood = properties.get("tank_age", 0.0) + age
        spent = stood / varnish_life(self.temperature, acid, water)
        return properties | {
            "viscosity": aged_viscosity(thick, age, self.temperature, acid, water), "tank_age": stood,
            "varnish_life": max(0.0, 1.0 - spent) * varnish_life(AMBIENT, acid, water),
        }  # fmt: skip

    def _undissolved(self, known: Mapping[str, float], time: float) -> float:
        """Share of the polyimide that is still solid: grains shrink steadily, their life goes with size squared."""
        if not self._dissolves(known):
            return 1.0
        pace = arrhenius(1.0, self.dissolving_activation, self.temperature)
        pace /= arrhenius(1.0, self.dissolving_activation, DISSOLVING_BASIS)
        size = known.get("grain_radius", GRAIN_BASIS) / GRAIN_BASIS
        return max(0.0, 1.0 - time * pace / (self.dissolving_time * size**2)) ** 3

    def _dissolves(self, known: Mapping[str, float]) -> bool:
        return solubility(known, self._ether_share(), self.imide_least) >= SOLUBLE

    def _ether_share(self) -> float:
        ethers = sum(share for name, share in self.solvents if SUBSTANCES[name].nature == "cyclic ether")
        return ethers / sum(share for _, share in self.solvents)

    def _properties(self, lot: Lot, mixture: Mixture, draws: Draws) -> dict[str, float]:
        polymer = mixture.polymer + mixture.gel
        filtered = mixture._replace(gel=0.0)
        share = mixture.polymer / max(sum(filtered), 1e-300)
        longer = lot.properties.get("molar_mass_w", self.molar_mass_reference) / self.molar_mass_reference
        thicker = share / self.polymer_reference
        thick = solution_viscosity(self.viscosity_reference, thicker, longer, exponent=self.exponent)
        return dict(lot.properties) | {
            "solids": filtered.solids,
            "polymer_fraction": share,
            "polymer_mass": mixture.polymer,
            "solvent_mass": mixture.solvent + mixture.water,
            "viscosity": draws.lognormal("viscosity", thick, self.viscosity_sigma),
            "density": self._density(filtered),
            "solids_density": self.solids_density,
            "soluble": float(self._dissolves(lot.properties)),
            "solubility": solubility(lot.properties, self._ether_share(), self.imide_least),
            "water": mixture.water / max(sum(filtered), 1e-300),
            "gel": mixture.gel / polymer if polymer > 0.0 else 0.0,
            "solvent_share_cyclic_ether": self._ether_share(),
            "tank_age": 0.0,
            "expansion_score": draws.normal(
                "expansion score"
            ),  # of its film, in standard deviations from the usual, A-79
            **self._cure_properties(mixture),
        }

    def _density(self, mixture: Mixture) -> float:
        parts = sum(share for _, share in self.solvents)
        liquid = sum(share / parts / SUBSTANCES[name].density for name, share in self.solvents)
        return 1.0 / (mixture.solids / self.solids_density + (1.0 - mixture.solids) * liquid)

    def _cure_properties(self, mixture: Mixture) -> dict[str, float]:
        """What the cure of the film will need to know of the epoxy."""
        whole = sum(share for _, share in self.epoxies) or 1.0
        epoxide = sum(mixture.epoxy * share / whole / EPOXIES[name].equivalent_mass for name, share in self.epoxies)
        amine = mixture.hardener / HARDENERS[self.hardener].equivalent_mass
        reactive = mixture.epoxy + mixture.hardener
        dissolved = mixture.polymer + reactive
        groups = [(share / whole, EPOXIES[name]) for name, share in self.epoxies]
        return {
            "epoxy_phr": 100.0 * mixture.epoxy / mixture.polymer if mixture.polymer > 0.0 else 0.0,
            "reactive_share": reactive / dissolved if dissolved > 0.0 else 0.0,
            "amine_ratio": amine / epoxide if epoxide > 0.0 else 0.0,
            "epoxy_functionality": sum(share * resin.functionality for share, resin in groups),
            "hardener_functionality": HARDENERS[self.hardener].functionality,
            "glycidyl_amine_share": sum(s for s, resin in groups if resin.nature == "glycidyl amine"),
        }

    def _flags(self, known: Mapping[str, float]) -> tuple[str, ...]:
        outside = known["polymer_fraction"] > 0.5 or known["epoxy_phr"] > 50.0
        untried = not is_tried(known, self._ether_share())
        doubts = {
            "extrapolated: varnish": outside,
            "extrapolated: solubility": untried,
            "varnish past its life": known["varnish_life"] <= 0.0,
        }
        return tuple(name for name, is_so in doubts.items() if is_so)
