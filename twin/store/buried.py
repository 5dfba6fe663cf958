"""What is kept of retired runs: their data stay for a while where plain tools read them, so they are verified too."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from twin.errors import ContractError, TwinError
from twin.store.content import Wrong
from twin.store.files import Files, Found
from twin.store.naming import LAST, SUFFIX, commit_key, execution_of, hidden_key, is_run_id, table_key
from twin.store.record import NewerError, entries, read_tombstone
from twin.store.strays import Problem, ended_by, gathered, is_changed, reason

_READERS = 4


class Buried(NamedTuple):
    """What was found of retired runs.

    Attributes:
        problems: What is wrong, or could not be read.
        newer: What a newer version wrote.
        read: Sizes of the files that are whole. [byte]
    """

    problems: list[Problem]
    newer: list[Problem]
    read: list[int]


class _Kept(NamedTuple):
    """A file that a tombstone answers for.

    Attributes:
        key: Where it stands.
        size: Its length. [byte]
        sha256: Its hash, or how that begins.
    """

    key: str
    size: int
    sha256: str


def buried(files: Files, retired: list[Found], executed: Mapping[str, Iterable[Found]]) -> Buried:
    """Look at all that is kept of retired runs.

    Args:
        files: The store's files.
        retired: What stands in the folder of the tombstones.
        executed: Files of ``executions`` by run.
    """
    found = Buried([], [], [])
    for one in retired:
        run_id = one.name.removesuffix(".json")
        if one.name.endswith(".json") and is_run_id(run_id):
            try:
                found.problems.extend(verify_buried(files, run_id, executed.get(run_id, ()), found.read))
            except NewerError as error:
                found.newer.append(Problem("", one.key, str(error)))
            except FileNotFoundError:
                continue
            except (OSError, MemoryError, TwinError) as error:  # its run may be here again, and is not bad for that
                found.problems.append(Problem("", one.key, *ended_by(error)))
    for one in retired:
        found.problems.extend(gathered(_orphaned(files, one), "", one.key))
    return found


def verify_buried(
    files: Files, run_id: str, executed: Iterable[Found], read: list[int], *, alone: bool = False
) -> list[Problem]:  # fmt: skip
    """Return what is wrong with the data of a retired run; what is gone was cleared and is not missed.

    Args:
        files: The store's files.
        run_id: The run.
        executed: Its files of ``executions``.
        read: Takes the sizes of the files that are whole. [byte]
        alone: Whether nobody else may change a run meanwhile.

    Raises:
        FileNotFoundError: It has no tombstone.
        ContractError: Its tombstone is damaged.
        NewerError: A newer version wrote that.
    """
    executions = list(executed)
    kept = _kept(files, run_id, executions)
    with ThreadPoolExecutor(_READERS) as pool:
        looked = list(zip(kept, pool.map(lambda one: _wrong(files, one), kept), strict=True))
    read += [one.size for one, wrong in looked if wrong is None]
    row = hidden_key(run_id)  # lies beside the tombstone, and no table is bad for it
    bad = [Problem("" if one.key == row else run_id, one.key, *wrong) for one, wrong in looked if wrong and wrong.what]
    return [] if bad and _is_other(files, run_id, executions, kept, alone=alone) else bad


def _is_other(files: Files, run_id: str, executed: Iterable[Found], kept: list[_Kept], *, alone: bool) -> bool:
    """Say whether a tombstone answers for other files by now; what nobody can say takes back nothing that was found."""
    try:
        return is_changed(files, run_id, alone=alone) or _kept(files, run_id, executed) != kept
    except FileNotFoundError:
        return True
    except (OSError, MemoryError, TwinError):
        return False


def _kept(files: Files, run_id: str, executed: Iterable[Found]) -> list[_Kept]:
    """List the files that the tombstone of a run answers for: none once it says that they are cleared."""
    tombstone = read_tombstone(files, run_id)
    if tombstone["cleared_utc"] is not None:
        return []
    known = entries(tombstone)
    row = known.pop(LAST, None)
    kept = [] if row is None else [_Kept(hidden_key(run_id), row.size, row.sha256)]
    if files.exists(commit_key(run_id)):  # it came back, and the others are those of its new record
        return kept
    kept += [_Kept(table_key(name, run_id), one.size, one.sha256) for name, one in known.items()]
    names = [(one, execution_of(one.key)) for one in executed]
    return [*kept, *(_Kept(one.key, one.size, name.sha) for one, name in names if name is not None)]


def _wrong(files: Files, one: _Kept) -> Wrong | None:
    """Return what is wrong with a file: None where it is whole, nothing where it is gone."""
    try:
        return _proven(files, one)
    except (OSError, MemoryError, TwinError) as error:
        return ended_by(error)


def _proven(files: Files, one: _Kept) -> Wrong | None:
    try:
        with files.anew(one.key, one.size, one.sha256):
            return None
    except ContractError as error:
        return Wrong(reason(error) if files.exists(one.key) else "")


def _orphaned(files: Files, one: Found) -> Iterator[Problem]:
    """Yield a row of the catalogue that lies among the tombstones without one that answers for it."""
    run_id = one.name.removesuffix(SUFFIX)
    if one.name.endswith(SUFFIX) and not _is_kept(files, run_id) and files.exists(one.key):
        yield Problem("", one.key, "it belongs to no retired run: its tombstone is missing or damaged")


def _is_kept(files: Files, run_id: str) -> bool:
    try:
        return is_run_id(run_id) and read_tombstone(files, run_id)["cleared_utc"] is None
    except (FileNotFoundError, ContractError):
        return False
    except NewerError:
        return True  # it knows, and is told
