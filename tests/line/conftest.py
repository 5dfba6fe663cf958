"""What several tests of the line share."""

import json

import pytest
from full_line import CUTS, built

from twin.line import snapshot


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """The written states at all cuts, of one line that plays on between them."""
    line = built()
    line.begin()
    found = []
    for cut in CUTS:
        line.env.run(until=cut)
        found.append(json.dumps(snapshot.state(line), allow_nan=False))
    return found
