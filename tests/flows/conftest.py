"""One embedded Prefect server for all tests of flows, in a folder of its own."""

import os
import sys
from types import SimpleNamespace

import pytest


@pytest.fixture(scope="session")
def own_server(tmp_path_factory):
    """The server's home, which was empty, and its address; settled before Prefect is first imported."""
    home = tmp_path_factory.mktemp("prefect")
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PREFECT_")}
    os.environ["PREFECT_HOME"] = str(home)
    os.environ["PREFECT_LOGGING_LEVEL"] = "INFO"
    from flows import embedded  # noqa: PLC0415 - after the environment

    with embedded.running(home) as address:
        os.environ["PREFECT_API_URL"] = address
        if "prefect" in sys.modules:  # another test of this process was there first, with other settings
            from prefect.context import refresh_global_settings_context  # noqa: PLC0415 - after the environment

            refresh_global_settings_context()
        yield SimpleNamespace(home=home, address=address)
        if "prefect" in sys.modules:
            from prefect.logging.handlers import APILogHandler  # noqa: PLC0415 - after the environment

            APILogHandler().flush()  # what is still to be said would be said again and again to a server that has ended
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(kept)


@pytest.fixture(scope="session")
def flow(own_server):
    """The module of the flow, imported after the settings."""
    from flows import run_scenario  # noqa: PLC0415 - after the environment

    assert (own_server.home / "embedded.log").is_file()
    return run_scenario


@pytest.fixture(scope="module")
def client(flow):
    """A client of the server."""
    from prefect import get_client  # noqa: PLC0415 - after the environment

    assert flow
    with get_client(sync_client=True) as found:
        yield found
