"""Blocks of replications: how a study is divided, and what a worker does with its share."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from socket import gethostname
from typing import NamedTuple

from twin.errors import RunError
from twin.plan import Plan
from twin.store.carried import aside, packed
from twin.study.replicate import Part, Replicate

MOST_BLOCKS = 32  # that a flow waits for at a time
FEW_BLOCKS = 16  # a Prefect task each, whose cost docs/how-to/deploy.md tells; fewer would make progress jump
EACH = 4  # blocks a worker, where there are many workers: the last ones are done at about the same time

LOG = logging.getLogger("twin.study")


@dataclass(frozen=True, slots=True)
class Block:
    """Replications that are handed to a worker together.

    Attributes:
        first: Number of the first replication. [1]
        size: How many there are. [1]
    """

    first: int
    size: int

    @property
    def last(self) -> int:
        """Number of the last replication. [1]"""
        return self.first + self.size - 1

    @property
    def name(self) -> str:
        """What it is called where people see it.

        >>> Block(3, 1).name, Block(4, 4).name
        ('replication 3', 'replications 4 to 7')
        """
        return f"replication {self.first}" if self.size == 1 else f"replications {self.first} to {self.last}"

    def numbers(self) -> range:
        """The numbers of its replications."""
        return range(self.first, self.first + self.size)

    def pieces(self, most: int) -> "list[Block]":
        """Divide it into blocks of a few replications.

        Args:
            most: How many each may have. [1]

        >>> [one.name for one in Block(3, 5).pieces(2)]
        ['replications 3 to 4', 'replications 5 to 6', 'replication 7']
        """
        return [Block(first, min(most, self.last + 1 - first)) for first in self.numbers()[::most]]


def blocks(replications: int, workers: int = 1) -> list[Block]:
    """Divide replications into blocks of two or more, as many for each worker, unless there are too few for that.

    There are at most 16, or four a worker where that is more.

    >>> [block.size for block in blocks(10, 2)], [block.size for block in blocks(3, 2)], len(blocks(1000, 16))
    ([2, 3, 2, 3], [1, 2], 64)
    >>> len(blocks(1000)), sum(block.size for block in blocks(1000))
    (16, 1000)
    """
    most = min(max(FEW_BLOCKS, EACH * workers), replications // 2)
    count = min(replications, max(workers, most - most % workers))
    edges = [replications * i // count for i in range(count + 1)]
    return [Block(low, high - low) for low, high in pairwise(edges)]


class Done(NamedTuple):
    """What a worker sends back.

    Attributes:
        parts: What is small, of each replication.
        files: What it could not stage itself, by name; empty where it sees the staging folder.
    """

    parts: list[Part]
    files: Mapping[str, bytes]


def compute(work: Replicate, plan: Plan, staging: Path, block: Block) -> Done:
    """Simulate a block and stage its tables; runs in a worker process.

    Raises:
        RunError: The staging folder is not there: the study was given up meanwhile, and somebody else's worker must not
            go on for hours; or it came after the others were asked, and does not see the folder.
    """
    return Done(_played(work, plan, staging, block), {})


def compute_aside(work: Replicate, plan: Plan, single: str, block: Block) -> Done:
    """Simulate a block where the staging folder is not seen, and send its tables along.

    Args:
        work: What is done with one replication.
        plan: What is simulated.
        single: What the staging folder says of a run of one replication.
        block: Which replications.
    """
    with aside(single) as place:
        return Done(_played(work, plan, place, block), packed(place))


def _played(work: Replicate, plan: Plan, staging: Path, block: Block) -> list[Part]:
    begun = time.process_time()
    found = []
    for number in block.numbers():
        if not staging.is_dir():
            raise RunError(
                f"{plan.name}: {gethostname()} found no folder {staging} at replication {number}; nothing was "
                "published. Either the study was given up, or this worker joined late and does not see the folder: "
                "run it again."
            )
        found.append(work(plan, number, staging))
    LOG.info("%s, %s: %.1f s of CPU", plan.name, block.name, time.process_time() - begun)
    return found
