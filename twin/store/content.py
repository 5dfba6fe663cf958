"""What stands in the files of a run: whether it fits the contract, and whether the rows fit together."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import printable
from twin.store.files import first_line, is_of_reading
from twin.store.naming import EXECUTIONS, ExecutionFile, execution_of
from twin.store.parquet import ROWS, sorting
from twin.store.record import Entry, Record, is_newer
from twin.tables import CONTRACT_VERSION, TABLES, schema
from twin.tables.keeping import Misfit, fitting, misfits
from twin.tables.ordering import is_in_order


class Wrong(NamedTuple):
    """What is wrong with a file.

    Attributes:
        what: In words; empty where it is no fault of the store.
        unread: Whether this machine could not read it just now, which proves nothing.
    """

    what: str
    unread: bool = False


def cut_short(error: Exception, *, unread: bool = True) -> Wrong:
    """Return what is wrong with a file whose reading came to no end.

    Args:
        error: What ended it.
        unread: Whether that proves nothing about the file.
    """
    return Wrong(f"cannot be read: {first_line(error)}", unread)


def expected(record: Record) -> list[str]:
    """Return the tables that a run must have; none where another version of the contract says so."""
    if record["contract_version"] != CONTRACT_VERSION:
        return []
    return [name for name, table in TABLES.items() if table.per != "execution"]


def wrong_in(folder: Path, entries: Iterable[Entry], record: Record) -> Iterator[tuple[str, Wrong]]:
    """Yield what is wrong with the finished files of a run that lie in a folder, each after the name of its table."""
    found = {one.table: content(folder / f"{one.table}.parquet", one, record) for one in entries}
    yield from ((name, one) for name, one in found.items() if isinstance(one, Wrong))
    good = {name: one for name, one in found.items() if isinstance(one, pa.Table)}
    name = execution_of(record.get("execution_file") or "")
    if EXECUTIONS in good and name is not None:
        wrong = misnamed(good.pop(EXECUTIONS), name)
        yield from ((EXECUTIONS, Wrong(one)) for one in (wrong,) if one)
    yield from ((one.table, Wrong(one.what)) for one in misfitting(good, record))


def content(path: Path, entry: Entry, record: Record) -> pa.Table | Wrong | None:
    """Read a whole file.

    Returns:
        Its columns by which it fits the others, what is wrong with it, or None where a later version of the contract
        alone knows such a table.
    """
    if entry.table not in TABLES:
        return None if is_newer(record) else Wrong("the contract knows no such table")
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            found = _columns(file, entry, record)
    except (OSError, pa.ArrowException, MemoryError, ValueError) as error:
        return cut_short(error, unread=is_of_reading(error))
    return Wrong(found) if isinstance(found, str) else found


def _columns(file: pq.ParquetFile, entry: Entry, record: Record) -> pa.Table | str:
    if file.metadata.num_rows != entry.rows:
        return f"{file.metadata.num_rows} rows instead of {entry.rows}"
    wrong = _off_contract(file.schema_arrow, entry.table, record)
    longest = max((file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)), default=0)
    if longest > ROWS:  # one that takes next to no room in the file may take all of the memory
        wrong = wrong or f"a row group has {longest} rows, at most {ROWS} are written"
    if wrong:
        return wrong
    said = _said_sorted(file, entry.table)
    if said != TABLES[entry.table].sorting and _is_sorted_by(record, entry.table):
        return "its footer does not say by what its rows are sorted"
    kept = sorted({*fitting(entry.table), *said} & {*file.schema_arrow.names})
    groups = [file.read_row_group(group).select(kept) for group in range(file.num_row_groups)]  # all pages, by sum
    found = pa.concat_tables([file.schema_arrow.empty_table().select(kept), *groups])
    return found if is_in_order(found, said) else f"its rows are not sorted by {', '.join(said)}, as it says"


def _said_sorted(file: pq.ParquetFile, table: str) -> tuple[str, ...]:
    """Return the columns by which a file says that it is sorted; files of earlier versions say it of fewer tables."""
    spec = TABLES[table]
    if not {*spec.sorting} <= {*file.schema_arrow.names}:
        return ()
    groups = [file.metadata.row_group(number).sorting_columns for number in range(file.num_row_groups)]
    return spec.sorting if all(list(said or ()) == sorting(spec, file.schema_arrow) for said in groups) else ()


def _is_sorted_by(record: Record, table: str) -> bool:
    """Say whether a record promises that the file of a table is sorted; those of earlier versions say nothing of it."""
    same = record["contract_version"] == CONTRACT_VERSION  # another one may sort otherwise
    return same and record.get("sorted") is True and table in record["tables"]


def misnamed(found: pa.Table, name: ExecutionFile) -> str:
    """Return what is wrong with the content of a file of ``executions`` under its name; nothing where it fits."""
    rows = found.select(["run_id", "execution_id"]).to_pylist()
    return "" if rows == [{"run_id": name.run_id, "execution_id": name.attempt}] else "its row is not that of its name"


def misfitting(tables: Mapping[str, pa.Table], record: Record) -> Iterator[Misfit]:
    """Yield what does not fit among the columns of whole tables of one run."""
    for name, table in tables.items():
        if table["run_id"].unique().to_pylist() not in ([record["run_id"]], []):
            yield Misfit(name, "rows of another run")
    if not is_newer(record):  # there rows may refer to tables that are not known here
        yield from misfits(tables)


def _off_contract(found: pa.Schema, table: str, record: Record) -> str:
    facts: dict[bytes, bytes] = found.metadata or {}
    for name, value in (("run_id", record["run_id"]), ("contract_version", record["contract_version"])):
        if facts.get(f"twin.{name}".encode()) != str(value).encode():
            return f"its {name} is not {value}"
    if len({*found.names}) < len(found.names):
        return "a column stands there twice"
    known = schema(TABLES[table])
    same = record["contract_version"] == CONTRACT_VERSION
    if same and found.names != known.names:
        return f"its columns are {', '.join(map(printable, found.names))}"
    for field in known:
        place = found.get_field_index(field.name)
        if place < 0 and not field.nullable:
            return f"column {field.name} is missing"
        if place >= 0 and (found.field(place).type != field.type or found.field(place).nullable > field.nullable):
            return f"column {field.name} is {found.field(place).type}, not {field.type}"
    return ""
