"""The thin adhesive film of JP 2003-027014, Example 1: ESDA/BAPS-M polyimide, epoxy and DDS, 5 um on PET."""

from types import MappingProxyType

from twin.limit import Limit
from twin.products.product import Product
from twin.stages.coating import Coating
from twin.stages.dissolution import Dissolution
from twin.stages.drilling import Drilling
from twin.stages.imidization import Imidization
from twin.stages.lamination import Lamination
from twin.stages.precipitation import Precipitation
from twin.stages.predrying import Predrying
from twin.stages.synthesis import Synthesis
from twin.stages.winding import Winding

PATENT = "JP 2003-027014"
INF = float("inf")

ADHESIVE_FILM = Product(
    name="adhesive_film",
    about="Film of soluble polyimide, epoxy and hardener on a release film, laminated and drilled by laser.",
    procedure=MappingProxyType(
        {
            # a batch on the 200 L basis: a full one would be 293 h of coating and outlive its powder
            "synthesis": Synthesis(solvent_mass=79.9),
            "imidization": Imidization(),
            "precipitation": Precipitation(),
            "dissolution": Dissolution(),
            "coating": Coating(),
            "predrying": Predrying(),
            "winding": Winding(),
            "lamination": Lamination(),
            "drilling": Drilling(focus_sd=5e-6, fluence_sd=0.035),
        }
    ),
    specification=(
        Limit(
            "S01 viscosity", "property", "synthesis", "viscosity", 100.0, 180.0, "A-260",
            "end viscosity", below=("repeat", "scrap"), cause="synthesis.reading_sd",
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
            "B05 Tg", "recipe", "precipitation", "glass_transition", -INF, 473.15, f"{PATENT}, claim 2",
            "glass transition of the soluble polyimide",
        ),
        Limit(
            "B06 soluble", "property", "dissolution", "soluble", 1.0, 1.0, f"{PATENT}, claims 2 and 3",
            "resin dissolves in the varnish solvent",
        ),
        Limit(
            "B07 cyclic ether", "recipe", "dissolution", "solvent_share_cyclic_ether", 0.30, 1.0, f"{PATENT}, [0014]",
            "cyclic ether in the varnish solvent",
        ),
        Limit(
            "B07 preferred", "preferred", "dissolution", "solvent_share_cyclic_ether", 0.50, 1.0, f"{PATENT}, [0014]",
            "cyclic ether in the varnish solvent",
        ),
        Limit(
            "B08 epoxy", "recipe", "dissolution", "epoxy_phr", 1.0, 50.0, f"{PATENT}, [0029]", "epoxy on polyimide"
        ),
        Limit("B08 preferred", "preferred", "dissolution", "epoxy_phr", 5.0, 40.0, f"{PATENT}, [0029]", "epoxy"),
        Limit("B09 solids", "recipe", "dissolution", "solids", 0.05, 0.50, f"{PATENT}, [0031]", "varnish solids"),
        Limit("B09 preferred", "preferred", "dissolution", "solids", 0.15, 0.30, f"{PATENT}, [0031]", "solids"),
        Limit(
            "B01 thickness", "recipe", "coating", "dry_thickness", 0.0, 10e-6, f"{PATENT}, claim 1",
            "thickness of the adhesive layer",
        ),
        Limit("B01 preferred", "preferred", "coating", "dry_thickness", 3e-6, 7e-6, f"{PATENT}, [0012]", "thickness"),
        Limit(
            "B02 release film", "recipe", "coating", "carrier_thickness", 5e-6, 200e-6, f"{PATENT}, [0011]",
            "thickness of the release film",
        ),
        Limit(
            "B02 preferred", "preferred", "coating", "carrier_thickness", 10e-6, 100e-6, f"{PATENT}, [0011]",
            "thickness of the release film",
        ),
        *(
            Limit(
                f"B10 zone {zone}", "recipe", "predrying", f"zone_{zone}", at, at, f"{PATENT}, [0036]",
                "two steps of drying, half of the way each",
            )
            for zone, at in ((1, 373.15), (2, 373.15), (3, 393.15), (4, 393.15))
        ),
        Limit(
            "B10 time", "recipe", "predrying", "dryer_time", 1200.0, 1200.0, f"{PATENT}, [0036]",
            "10 min at 100 degC and 10 min at 120 degC",
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
            "B03 bonding", "recipe", "lamination", "temperature", -INF, 473.15, f"{PATENT}, claim 1",
            "bonding temperature",
        ),
        Limit(
            "B03 preferred", "preferred", "lamination", "temperature", 373.15, 473.15, f"{PATENT}, [0013]",
            "bonding temperature",
        ),
        Limit(
            "B04 temperature", "recipe", "lamination", "temperature", 423.15, 473.15, f"{PATENT}, [0032]",
            "bonding temperature",
        ),
        Limit(
            "B04 pressure", "recipe", "lamination", "pressure", 0.1e6, 10e6, f"{PATENT}, [0032]", "bonding pressure"
        ),
        Limit("B04 time", "recipe", "lamination", "press_time", 300.0, 1200.0, f"{PATENT}, [0032]", "bonding time"),
        Limit("B13 peel", "result", "lamination", "peel", 0.0, INF, f"{PATENT}, [0057]", "peel, fresh"),
        Limit("B14 aged peel", "result", "lamination", "peel_aged", 0.0, INF, f"{PATENT}, [0058]", "peel, aged"),
        Limit("B11 rate", "recipe", "drilling", "rate", 100.0, 100.0, f"{PATENT}, [0056]", "holes a second"),
        Limit(
            "B11 pulses", "recipe", "drilling", "pulse_frequency", 20e3, 20e3, f"{PATENT}, [0056]", "pulses a second"
        ),
        Limit("B11 bore", "recipe", "drilling", "bore_radius", 20e-6, 20e-6, f"{PATENT}, [0056]", "half of the bore"),
        Limit(
            "B12 triangle", "property", "drilling", "laser_class", 1.0, 1.0, f"{PATENT}, [0056]",
            "holes open, rim raised", above=("downgrade",), cause="drilling.fluence_sd",
        ),
        Limit(
            "B12 unopened", "property", "drilling", "laser_class", 1.0, 2.0, f"{PATENT}, [0056]",
            "some holes unopened", above=("scrap",), cause="drilling.fluence_sd",
        ),
    ),
)  # fmt: skip
