"""What flows cost beside their simulation, by the CPU of studies that were measured in rounds.

A round has the same study plain, as a flow and on Dask, one right after the other, for a machine that others use gives
the same work a tenth more or less from minute to minute. Each round gives a share by the formula of the mark, and the
median of the rounds counts. No figure is put together from several runs.
"""

from collections.abc import Mapping, Sequence
from statistics import median

MODES = ("plain", "flow", "dask")
Study = Mapping[str, float]
Round = Mapping[str, Study]


def cost(mode: str, study: Study, rate: float) -> float:
    """Return the CPU that a study has used, its workers and the server's share among it. [s]

    Starting workers, and what is reported apart, does not count; nor does what an idle server uses.

    Args:
        mode: How it was done.
        study: CPU of its process, of those below it, of the server, of the start of workers, of what is reported apart,
            and the wall time of it all. [s]
        rate: CPU that an idle server uses. [s/s]

    >>> cost("plain", {"own": 5.0, "below": 40.0, "pool": 3.0, "server": 0.0, "apart": 0.0, "wall": 30.0}, 0.1)
    42.0
    """
    used = study["own"] + study["below"] + beside(mode, study, rate)
    return used if mode == "dask" else used - study["pool"]  # Dask's workers were there before


def beside(mode: str, study: Study, rate: float) -> float:
    """Return the CPU of the server for a study, less what is reported apart. [s]

    Args:
        mode: How it was done.
        study: As above.
        rate: CPU that an idle server uses. [s/s]
    """
    idle = 0.0 if mode == "plain" else rate * study["wall"]  # which has no server
    return study["server"] - idle - study["apart"]


def overheads(rounds: Sequence[Round], rate: float, replications: int) -> dict[str, float]:
    """Return what flows cost beside the simulation: the median of the rounds, with the least and the most.

    Args:
        rounds: Studies by mode, round by round.
        rate: CPU that an idle server uses. [s/s]
        replications: How many there were in each. [1]
    """
    plain = [cost("plain", one["plain"], rate) for one in rounds]
    told = {
        "replications": float(replications), "rounds": float(len(rounds)),
        "replication_cpu_ms": 1000.0 * median(plain) / replications,
        "plain_cpu_spread": max(plain) / min(plain) - 1.0,  # the same work, so noise of the machine
    }  # fmt: skip
    for mode, name in {"flow": f"overhead_cpu_{replications}_replications", "dask": "overhead_cpu_dask"}.items():
        shares = [cost(mode, one[mode], rate) / base - 1.0 for one, base in zip(rounds, plain, strict=True)]
        workless = [
            (one[mode]["own"] + beside(mode, one[mode], rate) - one["plain"]["own"]) / base
            for one, base in zip(rounds, plain, strict=True)
        ]
        told |= {name: median(shares), f"{name}_least": min(shares), f"{name}_most": max(shares)}
        told[f"{name}_without_workers"] = median(workless)
    return told | {"report_cpu_s": median(one["flow"]["apart"] for one in rounds)}
