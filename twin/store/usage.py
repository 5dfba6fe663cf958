"""How much room a store takes, and for what."""

from collections.abc import Callable
from typing import NamedTuple

from twin.store.files import Files, told
from twin.store.naming import COMMITS, LINEAGE, QUARANTINE, RETIRED, STAGING, TABLES_FOLDER
from twin.store.retiring import tombstones
from twin.tables import TABLES


class Usage(NamedTuple):
    """Room that something takes.

    Attributes:
        files: Its files. [1]
        bytes: Their length. [byte]
    """

    files: int
    bytes: int


def usage(files: Files, tell: Callable[[str], None] = lambda _: None) -> dict[str, Usage]:
    """Return the room that each table takes, then records, lineage, staging, quarantine, and of it all retired data.

    Args:
        files: The store's files.
        tell: Told of each tombstone that this machine cannot read just now; its data count as those of a run.
    """
    folders = {name: f"{TABLES_FOLDER}/{name}" for name in TABLES}
    folders |= {name.strip("_"): name for name in (COMMITS, LINEAGE, RETIRED, STAGING, QUARANTINE)}
    with told(files.address):
        found = {name: [one.size for one in files.listed(folder)] for name, folder in folders.items()}
        waiting = [record for _, record in tombstones(files, tell) if record["cleared_utc"] is None]
    sizes = {name: Usage(len(one), sum(one)) for name, one in found.items()}
    retired = [int(one["bytes"]) for record in waiting for one in record["tables"].values()]
    total = Usage(sum(one.files for one in sizes.values()), sum(one.bytes for one in sizes.values()))
    return {**sizes, "total": total, "of it retired": Usage(len(retired), sum(retired))}
