"""What a deployed run may be told by whoever starts it: not every folder of the machine, nor a scheduler of others.

The command line is free: who types there has the rights of that account anyway.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import get_client, runtime

from flows.work import patiently
from twin.errors import UsageError, printable, shown
from twin.request import default_store, project
from twin.store.place import address, is_remote
from twin.study import Request

DASK = "FILMTWIN_DASK"
SCENARIOS = ("scenario", "first", "second")  # parameters that name one
HERE = ("processes", "dask")  # executors that need no address


def permitted(request: Request) -> Request:
    """Return a request that this flow run may make.

    Raises:
        UsageError: Neither environment nor deployment names a store, a scheduler or a file of it.
    """
    own = deployment()
    if own is not None:
        refuse_executor(request.executor, own)
        refuse_store(request.store, own)
        refuse_files(request, own)
    return request


def deployment() -> Mapping[str, Any] | None:
    """Return the parameters that the deployment of this flow run has by itself; None without a deployment."""
    if not runtime.deployment.id:
        return None

    def own() -> Mapping[str, Any]:
        with get_client(sync_client=True) as client:
            return client.read_deployment(UUID(str(runtime.deployment.id))).parameters

    return patiently(own)


def refuse_executor(executor: str | None, own: Mapping[str, Any]) -> None:
    """Refuse the scheduler of a stranger: what one sends is unpickled, and so can run anything here.

    Args:
        executor: Where blocks are to be computed.
        own: Parameters of the deployment itself.

    Raises:
        UsageError: It is neither of this machine nor named by environment or deployment.
    """
    named = os.environ.get(DASK, "")
    known = {f"dask:{named}" if named else "dask", own.get("executor"), *HERE}
    if executor is not None and executor not in known:
        raise UsageError(
            f"executor {shown(executor, 60)}: a deployed run takes processes, dask, or the address that {DASK} names "
            f"where its worker runs ({shown(named) or 'none'}). Name it there, or in the deployment."
        )


def refuse_store(store: str | None, own: Mapping[str, Any]) -> None:
    """Refuse a store anywhere on the machine: a deployed run writes where the stores are.

    Args:
        store: The store that is asked for; None for the usual one.
        own: Parameters of the deployment itself.

    Raises:
        UsageError: It lies neither beside the usual one nor in the project.
    """
    if store is None or store == own.get("store") or any(_lies_below(store, one) for one in _places()):
        return
    raise UsageError(
        f"store {printable(store)}: a deployed run writes below {' or '.join(_places())} alone. Name another place by "
        "FILMTWIN_STORE where its worker runs, or in the deployment."
    )


def refuse_files(request: Request, own: Mapping[str, Any]) -> None:
    """Refuse a file anywhere on the machine: what is wrong in one is told with its line, for all to read.

    Args:
        request: What is asked for; a scenario that is no file has a name.
        own: Parameters of the deployment itself.

    Raises:
        UsageError: A file of it is neither below the data of the project nor named by the deployment.
    """
    known, place = (
        {own.get(name) for name in SCENARIOS} | {*(own.get("fits") or ())},
        (project() / "datasets").resolve(),
    )
    files = [one for one in (request.scenario,) if Path(one).suffix == ".toml"]
    for one in (*files, *request.fits):
        if one not in known and not (one.isprintable() and place in Path(one).resolve().parents):
            raise UsageError(
                f"{printable(one, 200)}: a deployed run reads scenarios and parameter sets below {place} alone. Put it "
                "there, or name it in the deployment."
            )


def _places() -> list[str]:
    """List the places of stores: around the one that is named, but never the whole machine, and the project."""
    usual = default_store()
    if is_remote(usual):
        return [address(usual), str(project())]
    usual = usual.resolve()
    around = usual.parent if usual.parent != usual.parent.parent else usual
    return list(dict.fromkeys((str(around), str(project()))))


def _lies_below(store: str, place: str) -> bool:
    """Say whether a store lies below a place, or is the usual one."""
    usual = default_store()
    if is_remote(store) or is_remote(place):
        inside = address(store) == place or address(store).startswith(f"{place}/")
        return is_remote(store) and is_remote(place) and inside and ".." not in Path(store).parts
    asked, there = Path(store).resolve(), Path(place).resolve()
    return there in asked.parents or (not is_remote(usual) and asked == usual.resolve())
