"""Promises of a sweep before it begins: every combination once, slips are refused; and it stops when told to."""

import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin import study
from twin.cli import main
from twin.errors import RunError, UsageError
from twin.study import Request
from twin.study import sweep as sweeping
from twin.study.sweep import MOST, Axis, axis, grid, listed, refuse_hopeless, wanted

SHORT = ("study.warm_up=12 h", "study.horizon=1 d", "study.replications=2")


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_a_grid_is_every_combination_once(sizes):
    """As many points as the product of the axes' lengths, no two alike."""
    axes = [Axis(f"path{at}", tuple(map(str, range(size)))) for at, size in enumerate(sizes)]
    points = grid(axes)
    count = 1
    for size in sizes:
        count *= size
    assert len(points) == len({tuple(point.items()) for point in points}) == count


@given(st.integers(-50, 50), st.integers(0, 40), st.sampled_from(["0.1", "0.25", "1", "5"]))
def test_a_range_holds_both_ends_exactly(low, steps, step):
    """Decimal steps: no value is off by a rounding, the last one is the upper end."""
    high = low + steps * Decimal(step)
    values = axis(f"a.b={low}:{high}:{step} degC").values
    assert len(values) == steps + 1
    assert [Decimal(one.split()[0]) for one in (values[0], values[-1])] == [low, high]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("predrying.zone_1", "write PATH="), ("=3,4", "write PATH="), ("a=1,,2", "value is empty"),
        ("a=1:2 K", "write PATH="), ("a=1:9:0 K", "no step"), ("a=9:1:1 K", "no step"), ("a=1:x:1", "write PATH="),
        ("a=0:1:0.000001", f"more than {MOST}"), ("a=nan:1:1", "write PATH="), ("a=0:inf:1", "write PATH="),
        ("a=0:1e9999:1", "no number beyond"), ("a=0:1e999998:1", "no number beyond"),
        ("a=0:1e30:1", f"more than {MOST}"),
        ("a=1e-999998:1e-999998:1", "no number beyond"), ("a=0:1:1e-9999999", "no number beyond"),
        ("a=9:8.5:1", "no step"),
    ],
)  # fmt: skip
def test_slips_of_an_axis_are_refused(text, told):
    """What is no axis is refused in one line that says how to write one."""
    begun = time.process_time()
    with pytest.raises(UsageError, match=told) as caught:
        axis(text)
    assert time.process_time() - begun < 0.1
    assert len(str(caught.value)) < 300


def test_an_axis_comes_once_and_points_are_counted():
    """The same path twice, and more points than there may be, are refused before anything is run."""
    with pytest.raises(UsageError, match="comes twice"):
        grid([Axis("a", ("1",)), Axis("a", ("2",))])
    with pytest.raises(UsageError, match="1200 points"):
        grid([Axis("a", tuple(map(str, range(40)))), Axis("b", tuple(map(str, range(30))))])


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "no point"), ("a,b\n", "no point"), ("a,b\n1\n", ":2: 1 values"), ("a,b\n1,\n", "or an empty one")],
)
def test_slips_of_a_list_are_refused(tmp_path, text, told):
    """A list without points, or with a ragged line, is refused with its line."""
    file = tmp_path / "points.csv"
    file.write_text(text)
    with pytest.raises(UsageError, match=told):
        listed(file)


def test_a_list_is_read_as_it_stands(tmp_path):
    """Heads are paths, cells values with their units; a byte order mark and empty lines do no harm."""
    file = tmp_path / "points.csv"
    file.write_text("\ufeffplant.oven.count, curing.inert_time\n3,10 h\n\n4,20 h\n", encoding="utf-8")
    assert listed(file) == [
        {"plant.oven.count": "3", "curing.inert_time": "10 h"}, {"plant.oven.count": "4", "curing.inert_time": "20 h"},
    ]  # fmt: skip


def test_a_form_gives_a_grid_or_a_list():
    """One of both; the points of a list have the same paths, and are as many as a grid may have."""
    points = [{"a": "3", "b": "10 h"}, {"b": "20 h", "a": "4"}]
    assert wanted(None, points) == points
    assert wanted(["a=3,4"], None) == [{"a": "3"}, {"a": "4"}]
    for over, listed_ in ((None, None), (["a=3"], points), ([], [])):
        with pytest.raises(UsageError, match=r'points, such as \{"plant.oven.count": "3"\}: one of both'):
            wanted(over, listed_)
    for bad in ({"a": "3"}, {"a": "3", "c": "1"}, {"a": " ", "b": "1 h"}, {"a": 3, "b": "1 h"}):
        with pytest.raises(UsageError, match="number 2"):
            wanted(None, [points[0], bad])
    with pytest.raises(UsageError, match=f"more than {MOST}"):
        wanted(None, points * MOST)


def test_a_sweep_first_says_how_much_it_is(tmp_path, monkeypatch, capsys):
    """How many points, and how long that takes at most, before anything is computed; it goes with the work."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(study, "shared", lambda *_: nullcontext())
    said = []

    def studied(*_: object) -> None:
        said.append(capsys.readouterr().err)
        raise RunError("enough")

    monkeypatch.setattr(sweeping, "sweep", studied)
    order = ["sweep", "baseline", "--over", "plant.oven.count=2,3,4", "--workers", "1", "--store", str(tmp_path / "s")]
    assert main(order) == 1
    estimate = sweeping.seconds(Request(scenario="baseline"), 3, 1)
    assert said == [f"3 points and the scenario itself: about {estimate:.0f} s where none is stored.\n"]
    for replications, points, workers, share in ((5, 3, 1, 0.5), (10, 7, 1, 2.0), (10, 3, 2, 0.5)):
        request = Request(scenario="baseline", replications=replications)
        assert sweeping.seconds(request, points, workers) == pytest.approx(share * estimate)


def test_ctrl_c_stops_a_sweep_within_five_seconds(tmp_path):
    """In mid block, minutes before its end: code 130, no process is left, and the store holds no run."""
    process = subprocess.Popen(
        [sys.executable, "-m", "twin", "sweep", "baseline", "--over", "plant.oven.count=2,4", "--workers", "2",
         "--replications", "3000", "--store", str(tmp_path)],
        start_new_session=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    while not any(tmp_path.glob("_staging/*/*.part")):
        assert process.poll() is None
        time.sleep(0.05)
    begun = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate()  # until the last process that could write there has ended
    assert time.monotonic() - begun < 5.0
    assert process.returncode == 130, said
    assert not list(tmp_path.glob("tables/runs/*"))
    assert not list(tmp_path.glob("_staging/*/"))


def test_a_sweep_without_one_possible_point_is_refused():
    """Where no point can be, the first says why; where one can, the others fail alone, and it is known why."""
    request = Request(scenario="baseline", sets=SHORT)
    bad = [{"plant.oven.count": "4000"}, {"plant.oven.count": "none"}]
    with pytest.raises(UsageError, match=r"no point can be studied; the first: .*plant\.oven\.count = 4000"):
        refuse_hopeless(request, bad)
    told = refuse_hopeless(request, [*bad, {"plant.oven.count": "3"}])
    assert [one.partition(":")[0] for one in told] == ["plant.oven.count = 4000", "plant.oven.count = none"]


@pytest.mark.parametrize("axis_", [
    "study.replications=4,10", "study.seed=1,2", "study.horizon=1:2:1 d", "study.warm_up=0:1:1 d",
])  # fmt: skip
def test_what_pairs_have_alike_is_no_axis(capsys, tmp_path, axis_):
    """Other lengths, numbers or seeds do not pair with the scenario itself: refused in one line, nothing computed."""
    store = tmp_path / "store"
    assert main(["sweep", "baseline", "--over", axis_, "--store", str(store)]) == 2
    assert f"error: {axis_.partition('=')[0]}: cannot be swept: " in capsys.readouterr().err
    assert not store.exists()
    with pytest.raises(UsageError, match="cannot be swept"):
        refuse_hopeless(Request(scenario="baseline"), [{" study.seed": "1"}, {" study.seed": "2"}])


def test_what_does_not_pair_is_refused_before_either_is_computed(capsys, tmp_path):
    """Two scenarios of different seeds, or an unknown second one: exit code 2, and no store is made."""
    file, store = tmp_path / "other.toml", tmp_path / "store"
    file.write_text('question = "Another seed?"\n\n[study]\nseed = 2\nwarm_up = "14 d"\n')
    for second, told in ((str(file), "do not pair: study.seed is 1 and 2. Give"), ("predry-hott", "Did you mean")):
        assert main(["compare", "baseline", second, "--store", str(store)]) == 2
        assert told in capsys.readouterr().err
    assert not store.exists()


def test_the_command_refuses_in_one_line(capsys):
    """Neither points nor both kinds of them: exit code 2."""
    assert main(["sweep", "baseline"]) == 2
    assert main(["sweep", "baseline", "--over", "a=1", "--list", str(Path("x.csv"))]) == 2
    assert capsys.readouterr().err.count("error:") == 2
