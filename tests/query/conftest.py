"""One small real run of the plant, in a store of its own, for all tests of questions."""

import pytest

from twin import study
from twin.query import opened
from twin.scenario import load

SETTINGS = ("study.warm_up=7 d", "study.horizon=9 d", "study.replications=2", "plant.stocks.powder_life=2 d")


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """Run the baseline for a few days; return the result, whose store holds it."""
    return study.run(load("baseline", SETTINGS), tmp_path_factory.mktemp("real") / "store", workers=1)


@pytest.fixture(scope="session")
def connection(real):
    """Return a locked connection to the store of the run; no question changes it, so one is enough."""
    return opened(real.store)


@pytest.fixture(scope="session")
def frame(connection):
    """Return what reads a table or a view as a pandas frame."""
    return lambda name: connection.sql(f"SELECT * FROM {name}").df()  # noqa: S608 - names of our own
