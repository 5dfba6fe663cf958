"""The promise about the solvers: grids and steps twice as fine move no number of the baseline."""

import pytest

from twin.bench.refinement import changes
from twin.scenario import baseline


@pytest.mark.slow
def test_twice_as_fine_moves_no_indicator() -> None:
    """Each indicator of the baseline moves by less than 0.1 %, or a tenth of the half-width of its interval."""
    found = changes(baseline())
    assert len(found) > 200
    assert [one for one in found if not one.small] == []
