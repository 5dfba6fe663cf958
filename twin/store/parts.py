"""Parts of a run: the tables of one replication in one file, beside the store until all replications are there.

One file, since making, opening and removing a file takes longer than what stands in it: the tables follow one another
as Arrow streams, and an index at the end says where each begins.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from twin.store.files import fresh
from twin.tables import TABLES
from twin.tables.ordering import in_order

SUFFIX = ".part"
_BUFFER = 1 << 20  # bytes that are written at a time
_LENGTH = 8  # bytes at the end that say how long the index is


class Part(NamedTuple):
    """One table of one replication.

    Attributes:
        path: File in which it stands.
        begin: Where it begins there. [byte]
        size: How long it is. [byte]
    """

    path: Path
    begin: int
    size: int

    def schema(self) -> pa.Schema:
        """Return the columns of the table, without its rows."""
        with pa.OSFile(str(self.path)) as file:
            file.seek(self.begin)
            return pa.ipc.open_stream(file).schema

    def read(self) -> pa.Table:
        """Return the table."""
        with pa.OSFile(str(self.path)) as file:
            file.seek(self.begin)
            return pa.ipc.open_stream(file.read_buffer(self.size)).read_all()


def write_parts(folder: Path, replication: int, tables: Mapping[str, pa.Table]) -> None:
    """Write tables of one replication; they appear only when all are whole, and take the place of earlier ones."""
    again = sum(1 for _ in folder.glob(f"{replication:08d}.*{SUFFIX}"))
    path = folder / f"{replication:08d}.{again:04d}{SUFFIX}"
    beside = fresh(path.with_name(f"{path.name}.new"))
    index = {}
    with pa.output_stream(str(beside), buffer_size=_BUFFER) as sink:
        for name, table in tables.items():
            begin = sink.tell()
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(in_order(table, TABLES[name].sorting).combine_chunks())
            index[name] = begin, sink.tell() - begin
        told = json.dumps(index).encode()
        sink.write(told + len(told).to_bytes(_LENGTH, "little"))
    beside.replace(path)


def parts_in(folder: Path) -> dict[int, dict[str, Part]]:
    """Return what was written in a folder, by replication and table, in the order of replications."""
    found: dict[int, dict[str, Part]] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        found.setdefault(int(path.name.partition(".")[0]), {}).update(_index(path))
    return found


def _index(path: Path) -> dict[str, Part]:
    with path.open("rb") as file:
        end = file.seek(-_LENGTH, 2)
        length = int.from_bytes(file.read(_LENGTH), "little")
        file.seek(end - length)
        places: Iterable[tuple[str, tuple[int, int]]] = json.loads(file.read(length)).items()
    return {name: Part(path, begin, size) for name, (begin, size) in places}
