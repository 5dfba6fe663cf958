"""Exact checks of the chemistry: growth, rings, washing, storage, gel point and cure."""

from twin.draws import Draws
from twin.material import Lot
from twin.polymer.cure import cured, gel_point
from twin.polymer.cylinder import mean_left
from twin.polymer.extraction import cross_current
from twin.polymer.growth import equilibrium_conversion, molar_masses
from twin.polymer.heat import adiabatic_rise, heat_capacity
from twin.polymer.kinetics import scissions, unreacted
from twin.polymer.monomers import DIAMINES, DIANHYDRIDES
from twin.polymer.rheology import solution_viscosity
from twin.products import ADHESIVE_FILM
from twin.stage import Outcome, Stage, Visit
from twin.stages.dissolution import Dissolution
from twin.stages.imidization import Imidization
from twin.stages.synthesis import Synthesis
from twin.validation.physics_check import PhysicsCheck
from twin.validation.recipes import calm

AMINE = 0.8167  # mol/mol, amine hydrogens on epoxides of Example 1: 1.5 g of DDS, 5 g of epoxy of 169 g/mol


def _run(stage: Stage, lot: Lot | None = None) -> Outcome:
    held: Stage = calm(stage)
    return held.run(lot or Lot(0, ADHESIVE_FILM.name), Visit(), Draws(0, 0, stage.name, 0))


def _acid() -> Lot:
    """The patent's flask: 0.112 mol of each pure monomer in 263 g of dry DMF, nothing lost."""
    made = Synthesis(
        solvent_mass=0.263, start_ratio=1.0, trim_limit=0.0, diamine_assay=1.0, dianhydride_assay=1.0, hydrolysed=0.0,
        water=0.0, loss_share=0.0, vessel_volume=1e-3,
    )  # fmt: skip
    return _run(made).lot


def _growth() -> tuple[float, ...]:
    grown = molar_masses(1.0, 1.0, 1.0, 0.99)
    return grown.number, grown.weight, grown.weight / grown.number


def _warming() -> tuple[float, ...]:
    """The heat of the recipe's amic acid in solvent and polymer of 2050 and 1300 J/kg/K."""
    return (adiabatic_rise(0.224, Synthesis().heat, heat_capacity(0.263, 0.112 * _unit())),)


def _unit() -> float:
    return DIANHYDRIDES["ESDA"].molar_mass + DIAMINES["BAPS-M"].molar_mass


def _viscosities() -> tuple[float, ...]:
    exponent = Synthesis().exponent
    one = solution_viscosity(1.0, 1.0, 1.1, exponent=exponent)
    return one, solution_viscosity(1.0, 0.29 / 0.3005, 1.0, exponent=exponent)


def _masses() -> tuple[float, ...]:
    known = _acid().properties
    polymer = known["polymer_mass"]
    return polymer, known["solids"], polymer * known["repeat_unit_imide"] / known["repeat_unit_acid"]


def _reagents() -> tuple[float, ...]:
    end = _run(Imidization(water=0.0, loss_share=0.0), _flask())
    known, units = end.lot.properties, 0.224
    anhydride = end.feeds["acetic anhydride"] / 0.102089 / units
    base = end.feeds["beta-picoline"] / 0.093129 / units
    return anhydride, base, known["acid_mass"], known["anhydride_left"]


def _flask() -> Lot:
    """As ``_acid``, with every amine bonded."""
    acid = _acid()
    return acid.becoming({"amic_acid": 0.224, "polymer_mass": 0.112 * _unit(), "water_mass": 0.0})


def _stored() -> tuple[float, ...]:
    cut = scissions(298.15, 3.0 * 86400.0)
    shorter = 1.0 / (1.0 + cut)
    return cut, shorter, solution_viscosity(1.0, 1.0, shorter, exponent=Synthesis().exponent)


def _varnish() -> tuple[float, ...]:
    dry = Lot(0, ADHESIVE_FILM.name, "powder", mass=0.02, properties={"polymer_mass": 0.02})
    return (_run(Dissolution(), dry).measures["solids"],)


def _gel() -> tuple[float, ...]:
    amine = gel_point(AMINE, 4.0, 3.0)
    return amine, AMINE * amine


CHEMISTRY = (
    PhysicsCheck("P1", "Xn at r 0.99 and p 0.995, Carothers", (100.0,),
                 lambda: (molar_masses(1.0, 1.0, 0.99, 0.99 * 0.995).number,)),
    PhysicsCheck("P2", "Xn, Xw and their ratio at p 0.99, Flory", (100.0, 199.0, 1.99), _growth),
    PhysicsCheck("P3", "conversion, second order, 0.2 L/mol/s, 0.6 mol/L, 600 s", (72.0 / 73.0,),
                 lambda: (1.0 - unreacted(600.0, 600.0, 0.2e-3 * 600.0),)),
    PhysicsCheck("P4", "Xn at equilibrium, K 1e5 L/mol, 0.6 mol/L", (245.449,),
                 lambda: (1.0 / (1.0 - equilibrium_conversion(100.0, 600.0, 600.0)),)),
    PhysicsCheck("P5", "adiabatic rise of Example 1, K", (22.8550,), _warming),
    PhysicsCheck("P6", "viscosity at Mw x 1.1, and from 30.05 to 29 % solids", (1.382723, 0.852101), _viscosities),
    PhysicsCheck("P7", "Example 1: polyamic acid kg, solids, polyimide kg", (0.113010, 0.30055, 0.108974), _masses),
    PhysicsCheck("P8", "Example 1: anhydride, base in eq; acid, anhydride left in kg",
                 (1.96782, 1.24635, 0.026903, 0.022132), _reagents, absolute=5e-7),
    PhysicsCheck("P9", "four cross-current washes, 3 kg held, 10 kg fresh", (0.00283604,),
                 lambda: (cross_current(3.0, 10.0, 4)[-1],)),
    PhysicsCheck("P10", "unextracted from a cylinder at Fourier 0.1", (0.394176,), lambda: (mean_left(0.1),)),
    PhysicsCheck("P11", "solids of the varnish of Example 1", (0.206226,), _varnish),
    PhysicsCheck("P12", "3 d at 25 degC: scissions, Mn, viscosity", (0.102434, 0.907084, 0.717796), _stored),
    PhysicsCheck("P13", "gel point of Example 1: amine, epoxide", (0.451745, 0.368940), _gel),
    PhysicsCheck("P14", "epoxy alone at 200 degC, 17.6035 min from conversion 0.3", (0.9,),
                 lambda: (cured(0.3, 473.15, 17.6035 * 60.0, 1.0, 1.0),)),
)  # fmt: skip
