"""The flexible metal-clad laminate of the claims: soluble polyimide CL-1 from NMP on copper foil, cured on the roll."""

from types import MappingProxyType

from twin.limit import Limit
from twin.polymer.solvents import AMBIENT
from twin.products.product import Product, Word
from twin.stages.coating import Coating
from twin.stages.curing import Curing
from twin.stages.dissolution import Dissolution
from twin.stages.drilling import Drilling
from twin.stages.imidization import Imidization
from twin.stages.precipitation import Precipitation
from twin.stages.predrying import Predrying
from twin.stages.synthesis import Synthesis
from twin.stages.winding import Winding

PATENT = "metal-clad laminate"
INF = float("inf")
LEAST_WEATHER = 90e3  # Pa, A-433 (87e3-98e3): the air of a low; what is reduced lies below any weather's pressure

CLAD_LAMINATE = Product(
    name="clad_laminate",
    about="Soluble polyimide on copper foil, predried, wound with a spacer tape, cured to be insoluble.",
    procedure=MappingProxyType(
        {
            "synthesis": Synthesis(
                dianhydrides=(("6FDA", 0.5), ("BPDA", 0.5)), diamines=(("m-tolidine", 1.0),), solvent_mass=210.0,
                solids=0.20, end_viscosity=12.0, viscosity_reference=12.0, solids_reference=0.20,
                molar_mass_reference=60.0, start_ratio=0.971,
            ),
            "imidization": Imidization(),
            "precipitation": Precipitation(),
            "dissolution": Dissolution(
                solvents=(("NMP", 1.0),), epoxies=(), solvent_ratio=0.85 / 0.15, epoxy_ratio=0.0, hardener_ratio=0.0,
                viscosity_reference=5.0, polymer_reference=0.15, molar_mass_reference=57.0,
                solids_density=1350.0,
            ),
            "coating": Coating(
                solvent="NMP", carrier="copper foil", carrier_thickness=18e-6, dry_thickness=20e-6,
                film_density=1350.0, speed=3.0 / 60.0, gap=200e-6, carrier_roughness_sigma=0.17,
            ),
            "predrying": Predrying(
                solvent="NMP", zone_1=353.15, zone_2=353.15, zone_3=AMBIENT, zone_4=AMBIENT,
                dry_diffusivity=1e-15, dry_energy=90e3,
            ),
            "winding": Winding(
                spacer_tape=1.0, release_film=0.0, web_modulus=57e9, stack_softness=5e5, tape_thickness=75e-6,
                bagginess_sd=1.55e-4,
            ),
            "curing": Curing(adhesion_base=1000.0, adhesion_sigma=0.11, expansion_sd=0.24e-6),
            "drilling": Drilling(rate=45.0, fluence=1900.0, exit_limit=0.5),
        }
    ),
    specification=(
        Limit(
            "S01 viscosity", "property", "synthesis", "viscosity", 7.0, 19.0, "A-260", "end viscosity",
            below=("repeat", "scrap"), cause="synthesis.reading_sd",
        ),
        Limit(
            "S02 imide", "property", "imidization", "imide", 0.95, INF, "A-261", "degree of imidization",
            below=("repeat", "scrap"), cause="imidization.temperature_sd",
        ),
        Limit(
            "S03 volatiles", "property", "precipitation", "volatiles", -INF, 0.01, "A-262", "volatiles in powder",
            above=("repeat", "scrap"), cause="precipitation.grain_sigma",
        ),
        Limit(
            "A17 soluble", "property", "dissolution", "soluble", 1.0, 1.0, f"{PATENT}, claims 2, 3 and 15",
            "soluble before the cure",
        ),
        *(
            Limit(
                f"A02 zone {zone}", "recipe", "predrying", f"zone_{zone}", -130.0, -70.0, f"{PATENT}, claim 11",
                "predrying below the boiling point", basis="boiling point",
            )
            for zone in (1, 2, 3, 4)
        ),
        Limit(
            "A01 residual", "property", "predrying", "residual_solvent", 0.10, 0.40, f"{PATENT}, claim 9",
            "residual solvent after predrying", below=("downgrade",), above=("downgrade",),
            cause="predrying.temperature_sd",
        ),
        Limit(
            "S05 defects", "property", "coating", "defects_per_area", -INF, 0.25, "A-333", "pinholes and streaks",
            above=("downgrade",), cause="coating.thickness_sd",
        ),
        Limit(
            "S04 blister", "property", "predrying", "blister_ratio", -INF, 1.0, "A-56", "blisters in the dryer",
            above=("downgrade",), cause="predrying.temperature_sd",
        ),
        Limit(
            "A03 contact", "property", "winding", "touched_length", -INF, 0.0, f"{PATENT}, claims 10 and 14",
            "coated side touched the other", above=("cut",), cause="winding.bagginess_sd",
        ),
        Limit(
            "A04 tape", "recipe", "winding", "spacer_tape", 1.0, 1.0, f"{PATENT}, claim 14", "tape along both borders"
        ),
        Limit(
            "A04 borders", "recipe", "coating", "border_beside_tape", 0.0, INF, f"{PATENT}, claim 14",
            "bare borders as wide as the tape",
        ),
        Limit(
            "A05 vacuum", "recipe", "curing", "vacuum_temperature", 473.15, 673.15, f"{PATENT}, claim 13",
            "temperature under vacuum",
        ),
        Limit(
            "A06 residual", "property", "curing", "residual_solvent_vacuum", -INF, 0.05, f"{PATENT}, claim 13",
            "residual solvent before inert gas", above=("repeat", "repeat", "scrap"), cause="curing.temperature_sd",
        ),
        Limit(
            "A07 inert", "recipe", "curing", "inert_temperature", 473.15, 673.15, f"{PATENT}, claim 13",
            "temperature in inert gas",
        ),
        Limit(
            "A07 time", "recipe", "curing", "inert_time", 3600.0, 108000.0, f"{PATENT}, claim 13", "time in inert gas"
        ),
        Limit(
            "A08 pressure", "recipe", "curing", "chamber_pressure", 0.0, LEAST_WEATHER, f"{PATENT}, claim 12",
            "reduced pressure",
        ),
        Limit(
            "A09 insoluble", "property", "curing", "insoluble", 0.01, INF, f"{PATENT}, claims 1 and 12",
            "NMP-insoluble content, least", below=("repeat", "scrap"), cause="curing.temperature_sd",
        ),
        Limit(
            "A09 over-cured", "property", "curing", "insoluble_max", -INF, 0.99, f"{PATENT}, claims 1 and 12",
            "NMP-insoluble content, most", above=("downgrade",), cause="curing.temperature_sd",
        ),
        Limit(
            "A10 tear", "property", "curing", "tear_strength", 147.09975, INF, f"{PATENT}, claim 4",
            "initiation tear strength", cause="curing.tear_sigma",
        ),
        Limit(
            "A11 dimension", "property", "curing", "dimensional_change", -INF, 1e-3, f"{PATENT}, claim 4",
            "dimensional change, 200 degC for 30 min", cause="curing.residual_strain_sigma",
        ),
        Limit(
            "A12 solder", "property", "curing", "solder_resistance", 623.15, INF, f"{PATENT}, claim 5",
            "solder heat resistance", cause="curing.softening_sd",
        ),
        Limit(
            "A13 adhesion", "property", "curing", "adhesion", 784.532, INF, f"{PATENT}, claim 5",
            "adhesion to the foil", cause="curing.adhesion_sigma",
        ),
        Limit(
            "A14 curl", "property", "curing", "curl_radius", 0.15, INF, f"{PATENT}, claim 5", "radius of curvature",
            cause="curing.expansion_sd",
        ),
        Limit(
            "A15 roughness", "property", "curing", "roughness", -INF, 0.4e-6, f"{PATENT}, claim 6",
            "roughness of the face to the foil", cause="coating.carrier_roughness_sigma",
        ),
        Limit(
            "A16 alkali", "property", "curing", "modulus_retention", 0.40, INF, f"{PATENT}, claim 7",
            "modulus kept in alkali", cause="curing.alkali_sigma",
        ),
        Limit(
            "D01 unopened", "property", "drilling", "laser_class", 1.0, 2.0, "A-263", "some holes unopened",
            above=("scrap",), cause="drilling.fluence_sd",
        ),
    ),
    words=(
        Word(("synthesis.solids", "synthesis.solids_reference"), "A-420 (0.15-0.25)"),
        Word(
            ("synthesis.end_viscosity", "synthesis.viscosity_reference"),
            "A-421 (7-19 Pa*s: the varnish then has 3-8; the claims name no end viscosity)",
        ),
        Word(
            (
                "synthesis.temperature", "imidization.anhydride_equivalents", "imidization.base_equivalents",
                "imidization.dilution", "imidization.stir_time", "imidization.hold_temperature",
                "imidization.hold_time", "precipitation.dry_temperature",
            ),
            "A-422 (as Example 1 of the adhesive film, with another resin)",
        ),
        Word(("dissolution.solvent_ratio",), "A-423 (4.6-7.3: solids of 18 to 12 wt%)"),
        Word(("dissolution.epoxy_ratio", "dissolution.hardener_ratio"), "A-424 (none: crosslinked by heat alone)"),
        Word(("coating.solvent", "predrying.solvent"), "A-425 (dissolves the resin; claim 1 tests with it)"),
        Word(("coating.carrier",), "A-426 (claim 1 asks for a metal foil)"),
        Word(("coating.carrier_thickness",), "A-426 (12-35 um)"),
        Word(("coating.dry_thickness",), "A-427 (claim 4 tests 20 um)"),
        Word(("coating.speed",), "A-428 (2-4 m/min)"),
        Word(
            ("predrying.zone_1", "predrying.zone_2", "predrying.zone_3", "predrying.zone_4"),
            "A-429 (leaves a residual solvent in the middle of claim 9)",
        ),
        Word(("winding.spacer_tape", "winding.release_film"), f"{PATENT}, claim 14", "patent"),
        Word(
            ("curing.vacuum_temperature", "curing.inert_temperature"),
            "A-430 (inside claim 13; crosslinks the cold core and spares the faces)",
        ),
        Word(("curing.inert_time",), "A-430 (10-30 h, inside claim 13)"),
        Word(("drilling.rate",), "A-431 (30-60 1/s: the thicker film needs more pulses)"),
        Word(("drilling.pulse_frequency", "drilling.bore_radius"), "A-432 (as the adhesive film's [0056])"),
    ),
)  # fmt: skip
