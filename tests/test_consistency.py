"""What a plan as a whole must be: each setting alone may be in order, and all together contradict each other."""

import pytest

from twin import consistency
from twin.building import build
from twin.errors import UsageError
from twin.scenario import baseline, load
from twin.settings import changed, tree

CONTRADICTIONS = [  # values that are given, then what the message must say
    ("plant.people.lab_open=22 h", "does not go with plant.people.lab_close = 22 h. Use less than 22 h"),
    ("plant.people.lab_close=6 h", "does not go with plant.people.lab_open = 6 h. Use more than 6 h"),
    ("plant.people.lab_close=5 h", "Use more than 6 h"),
    ("plant.clad_laminate.varnish_powder=157 kg", "above 156 kg, powder_target and powder_batch together"),
    ("plant.clad_laminate.powder_target=0 kg", "no powder is made for plant.clad_laminate.campaign = 9.75 d"),
    ("plant.adhesive_film.charge=32 kg", "above 31.6752 kg, all of one varnish. Use 0.1 kg to 31.6752 kg"),
    ("plant.oven.places=3", "does not go with plant.oven_load.most = 4. Use 4 or more"),
    ("plant.oven_load.most=25", "does not go with plant.oven.places = 24. Use 24 or less"),
    ("plant.stocks.panel_area=0.1 m^2", "adhesive_film.lamination.panel_area is 0.075 m^2. Use the same"),
    ("clad_laminate.coating.carrier=release film", "clad_laminate has curing, and the oven melts any other web"),
    ("adhesive_film.coating.carrier=copper foil", "adhesive_film has lamination"),
    (
        "clad_laminate.coating.solvent=DMAc clad_laminate.predrying.solvent=DMAc",
        "clad_laminate.coating.solvent = DMAc: the varnish of clad_laminate is made with NMP. Use that",
    ),
]
AGREEMENTS = [  # values at the edge, which go together
    ("plant.people.lab_open=0 h", "plant.people.lab_close=24 h"),
    ("plant.clad_laminate.varnish_powder=156 kg",),
    ("plant.adhesive_film.charge=31.6752 kg",),
    ("plant.adhesive_film.powder_target=0 kg", "plant.adhesive_film.campaign=0 d"),
    ("plant.oven.places=4",),
    ("plant.press.places=0",),
    ("plant.stocks.panel_area=0.1 m^2", "adhesive_film.lamination.panel_area=0.1 m^2"),
]


@pytest.mark.parametrize(("given", "says"), CONTRADICTIONS, ids=range(len(CONTRADICTIONS)))
def test_contradictions_are_refused(given: str, says: str) -> None:
    """What would wait for ever, or contradicts itself, is refused in one line that says what to use."""
    with pytest.raises(UsageError) as caught:
        load("baseline", given.replace(" clad", "\0clad").split("\0"))
    (line,) = str(caught.value).splitlines()
    assert line.startswith("--set: ")
    assert says in line


@pytest.mark.parametrize("sets", AGREEMENTS, ids=range(len(AGREEMENTS)))
def test_what_just_goes_together_is_accepted(sets: tuple[str, ...]) -> None:
    """At the edge itself, as a message tells it, settings go together."""
    assert load("baseline", sets).changes


ENDS = [
    (path, end)
    for path, one in tree(baseline()).items()
    if path.startswith("plant.")
    for end in (one.low, one.high)
    if isinstance(end, float | int) and end == end  # noqa: PLR0124 - not NaN
]


@pytest.mark.parametrize(("path", "end"), ENDS)
def test_what_is_not_refused_can_be_built(path, end):
    """Each setting of the plant at either end of its range is refused in words, or makes a line that can begin."""
    plan = baseline()
    kind = tree(plan)[path].kind
    if abs(end) > 1e6 and kind is int:
        pytest.skip("as many machines as that are no question of rules")
    moved = changed(plan, {path: kind(end)})
    if not consistency.check(moved, {}):
        build(moved, seed=1, replication=0, records=None).connect()


@pytest.mark.parametrize(
    ("sets", "told"),
    [
        (("plant.oven.down_for=72 h",), "stops nothing without plant.oven.down_unit"),
        (("plant.oven.down_unit=2",), "stops nothing without plant.oven.down_for"),
        (
            ("plant.oven.down_unit=2", "plant.oven.down_for=72 h", "study.horizon=5 d"),
            "the stop never comes, the measured time is 5 d",
        ),
        (("plant.oven.down_unit=2", "plant.oven.down_for=72 h"), ""),
    ],
)
def test_a_stop_that_never_comes_is_warned_of(sets, told):
    """A planned stop that changes nothing is no silent success."""
    heard = []
    load("baseline", sets, warn=heard.append)
    assert [told in one for one in heard] == [True] * bool(told)
