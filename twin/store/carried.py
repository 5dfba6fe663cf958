"""Tables that are staged on a machine which does not see the store, and carried to the one that publishes."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import gethostname

import pyarrow as pa

from twin.errors import RunError, TwinError
from twin.store import owner
from twin.store.local import remove_all
from twin.store.naming import STAGING
from twin.store.staging import CODEC, SINGLE

_ASIDE = "filmtwin-aside-"


@contextmanager
def aside(single: str) -> Iterator[Path]:
    """Provide a folder for ``stage_part`` in place of the staging folder of a run; it goes with the context.

    What workers of this machine left that were killed goes too. What else fails meanwhile stays as it is told.

    Args:
        single: What ``Staging.single`` says.

    Raises:
        RunError: This machine has no room for it.
    """
    with _of_this_machine():
        _sweep(Path(tempfile.gettempdir()))
        folder = tempfile.TemporaryDirectory(prefix=f"{owner.mark()}{_ASIDE}", suffix=owner.NEW)
    try:
        with _of_this_machine():
            place = Path(folder.name) / STAGING / "run"  # as deep as in a store, by whose folder an error is named
            place.mkdir(parents=True)
            if single:
                (place / SINGLE).write_text(single, encoding="ascii")
        yield place
    except TwinError as error:
        if isinstance(error.__cause__, OSError) and folder.name in str(error):  # told of it as if it were a store
            raise _refused(error.__cause__) from error
        raise
    finally:
        with _of_this_machine():
            folder.cleanup()


@contextmanager
def _of_this_machine() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _refused(error) from error


def _refused(error: OSError) -> RunError:
    return RunError(
        f"{gethostname()}: tables cannot be kept in its folder for temporary files, {tempfile.tempdir or 'none'} "
        f"({error.strerror or error}); nothing was published. Free space on that machine, or set TMPDIR there to a "
        "folder with room, start its worker anew, and run it again."
    )


def _sweep(folder: Path) -> None:
    for one in folder.glob(f"*-{_ASIDE}*{owner.NEW}"):
        if owner.is_scrap_left_behind(one):
            with suppress(OSError):  # it is another user's
                remove_all(one)


def packed(place: Path) -> dict[str, bytes]:
    """Return the files that were staged in such a folder, by name, for ``Staging.take``.

    Packing takes 4 ms of CPU a replication of the default plant, and leaves a sixth of its 2.9 MB.

    Raises:
        RunError: They cannot be read again.
    """
    with _of_this_machine():
        staged = (one for one in sorted(place.iterdir()) if one.name != SINGLE)
        return {one.name: pa.compress(one.read_bytes(), codec=CODEC, asbytes=True) for one in staged}
