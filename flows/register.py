"""`python -m flows.register`: work pool, deployments and automations on the server that PREFECT_API_URL names.

`twin up` does the same on its own server.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flows import server
from flows.child import ROOT, Child
from flows.notify import address
from flows.safety import begun
from flows.tidying import lost, refused, say
from twin.errors import RunError, TwinError, UsageError, shown

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

POOL = "filmtwin"
ALLOWANCE = 300.0  # s
INTERRUPTED = 130


def main() -> int:
    """Register everything on a server of somebody's own.

    Returns:
        The exit code of the command line.
    """
    server.settle()
    os.environ.setdefault("FILMTWIN_ROOT", str(ROOT))
    try:
        notify = address("")  # before the child is made: it would get it
        where = shown(named())
        everything(deployments(Path(os.environ["PREFECT_HOME"])), notify)
    except TwinError as error:
        say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted; what is registered stays. Run it again.")
        return INTERRUPTED
    except lost() as error:
        say(refused(error))
        return 1
    say(f"{where}: work pool {POOL}, deployments and automations are there. A worker: docs/how-to/deploy.md.")
    return 0


def named() -> str:
    """Return the address of the server that the environment names.

    Raises:
        UsageError: It names none, or one that does not answer or refuses us.
    """
    told = os.environ.get("PREFECT_API_URL", "")
    if not told:
        raise UsageError(
            "PREFECT_API_URL: no server is named. Set it, such as http://HOST:4200/api; twin up registers by itself."
        )
    if not server.answers(told):
        raise UsageError(f"PREFECT_API_URL: no Prefect server answers at {shown(told)}. Start it, or name another one.")
    if why := server.complaint(told):
        raise UsageError(why)
    return told


def deployments(home: Path) -> Child:
    """Return the process that registers the deployments of `prefect.yaml`, with the environment of now.

    Args:
        home: Folder of its log.
    """
    asked = ("-m", "prefect", "--no-prompt", "deploy", "--all")
    return Child("deployments", asked, os.environ, home / "deploy.log")


def everything(deploy: Child, notify: str = "") -> None:
    """Make the work pool, the deployments and the automations; what somebody has changed of pool and automations stays.

    Args:
        deploy: Registers the deployments.
        notify: Address that takes notifications; empty to leave the route as it is.

    Raises:
        RunError: The deployments could not be registered.
        UsageError: Their log cannot be written.
    """
    begun(deploy.log).close()  # what it says of the last time goes; one that cannot be written is told at once
    from prefect import get_client  # noqa: PLC0415 - Prefect after its settings

    from flows import automations, pool  # noqa: PLC0415 - as above

    with get_client(sync_client=True) as client:
        pool.settle(client, POOL)
    if not deploy.succeeds(ALLOWANCE):
        raise RunError(f"the deployments of prefect.yaml could not be registered{deploy.because}.")
    with get_client(sync_client=True) as client:
        shut(client)
    automations.register(notify)


def shut(client: "SyncPrefectClient") -> None:
    """Let no form take a field that its flow has not: by Prefect's own schema such a run is made, and crashes.

    Args:
        client: Client of the server.
    """
    from flows import places  # noqa: PLC0415 - Prefect after its settings

    for one in places.deployments(client):
        schema = {**(one.parameter_openapi_schema or {}), "additionalProperties": False}
        client.request(
            "PATCH", "/deployments/{id}", path_params={"id": one.id}, json={"parameter_openapi_schema": schema}
        )


if __name__ == "__main__":
    sys.exit(main())
