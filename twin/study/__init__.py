"""Studies: replications over worker processes, intervals, comparisons."""

from twin.request import Request
from twin.study.block import MOST_BLOCKS, Block, blocks
from twin.study.compare import Comparison, Pair, compare, refuse_unpaired
from twin.study.executors import is_elsewhere, shared
from twin.study.interval import Difference, Estimate, estimate, paired
from twin.study.job import Job, Progress
from twin.study.pool import Pool, usable_cores
from twin.study.replicate import Part, warm
from twin.study.result import Key, Result, Series
from twin.study.run import existing, one, open_store, run

__all__ = [
    "MOST_BLOCKS", "Block", "Comparison", "Difference", "Estimate", "Job", "Key", "Pair", "Part", "Pool", "Progress",
    "Request", "Result", "Series", "blocks", "compare", "estimate", "existing", "is_elsewhere", "one", "open_store",
    "paired", "refuse_unpaired", "run", "shared", "usable_cores", "warm",
]  # fmt: skip
