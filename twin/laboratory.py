"""What the laboratory looks at after which stage, how well, and how long that takes."""

from twin.line.distribution import Triangular
from twin.line.rules import LabValue, Sampling

HOUR = 3600.0
LAB = "laboratory samples"

# repeatability of a viscometer 3 %, of the other methods as usual in a plant laboratory; 0.5 to 2 times that
SAMPLINGS = {
    "reactor": (
        Sampling("synthesis", LAB, {"viscosity": LabValue(relative_sd=0.03, resolution=0.1)}, mass=0.2),
        Sampling("imidization", LAB, {"imide": LabValue(sd=0.003, resolution=0.001)}, mass=0.2),
    ),
    "filter-dryer": (
        Sampling(
            "precipitation", LAB, {"volatiles": LabValue(sd=2e-4, resolution=1e-4)}, mass=0.05, hold="stock"
        ),
    ),
    "varnish tank": (
        Sampling(
            "dissolution", LAB,
            {"solids": LabValue(sd=1e-3, resolution=1e-4), "viscosity": LabValue(relative_sd=0.03, resolution=0.01)},
            mass=0.3,
        ),
    ),
    "oven": (
        Sampling(
            "curing", LAB,
            {
                "insoluble": LabValue(sd=0.01, resolution=0.001),
                "residual_solvent": LabValue(sd=5e-5, resolution=1e-5),
                "curl_radius": LabValue(relative_sd=0.01, resolution=0.001),
                "adhesion": LabValue(relative_sd=0.03, resolution=1.0),
                "tear_strength": LabValue(relative_sd=0.03, resolution=0.1),
            },
            length=1.0, hold="stock",
        ),
    ),
}  # fmt: skip

# time of one analysis, h (min, mode, max)
TIMES = {
    "synthesis": (0.3, 0.5, 1.0),
    "imidization": (0.5, 0.75, 1.5),
    "precipitation": (1.0, 2.0, 4.0),
    "dissolution": (0.5, 1.0, 2.0),
    "curing": (1.5, 2.0, 3.5),
}


def analysis_time(stage: str, factor: float) -> Triangular:
    """Return the time of one analysis after a stage, stretched by a factor. [s]

    >>> analysis_time("synthesis", 2.0).high
    7200.0
    """
    low, mode, high = (factor * HOUR * hours for hours in TIMES[stage])
    return Triangular(low, mode, high)
