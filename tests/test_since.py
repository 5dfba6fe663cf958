"""Promises of what is told of two runs: each input and model that differs, and only what moved beyond noise."""

from pathlib import Path

import pyarrow as pa
import pytest

from twin.errors import UsageError
from twin.plan import Plan
from twin.plant import Plant
from twin.reports.changed import news
from twin.study import Key, Result
from twin.study.since import since

RUN = {"seed": 1, "replications": 4, "warm_up_s": 0.0, "horizon_s": 86400.0, "model_version": "m"}
SAME = (10.0, 20.0, 30.0, 40.0)
SHIFTED = (11.0, 21.1, 31.0, 41.1)  # by much more than noise where replications pair, by nothing where they do not


class Stored:
    """A store of runs that differ from each other in what a test says."""

    def __init__(self) -> None:
        self.runs: dict[str, dict[str, pa.Table]] = {}

    def add(self, name, inputs=(), released=SAME, **run: object):
        """Have one more run: its inputs as path, number, text, unit; what each replication releases."""
        keys = {"indicator": "released", "scope": "line", "subject": "", "detail": ""}
        self.runs[name] = {
            "runs": pa.Table.from_pylist([{**RUN, **run}]),
            "indicators": pa.Table.from_pylist(
                [{"replication": number, **keys, "value": value} for number, value in enumerate(released)]
            ),
            "parameters": pa.table({
                "path": [one[0] for one in inputs], "value": pa.array([one[1] for one in inputs], pa.float64()),
                "value_text": pa.array([one[2] for one in inputs], pa.string()),
                "value_unit": pa.array([one[3] for one in inputs], pa.string()),
            }),
        }  # fmt: skip
        return self

    def read(self, run, table):
        """A table of a run."""
        if run not in self.runs:
            raise UsageError(f"run {run}: not there")
        return self.runs[run][table]


def inputs(before, after):
    """What is told of a parameter in two runs; one that is None is not there."""
    stored = Stored()
    for name, one in (("a", before), ("b", after)):
        stored.add(name, [] if one is None else [("x.y", *one)])
    return since(stored, "a", "b").inputs.get("x.y")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((3.0, None, "1"), (2.0, None, "1"), ("3", "2")),
        ((95.5, None, "degC"), (96.0, None, "degC"), ("95.5 degC", "96 degC")),
        ((20261122.0, None, "1"), (20261123.0, None, "1"), ("20261122", "20261123")),
        ((1.0, None, "h"), (1.0 + 2.0**-52, None, "h"), ("1 h", "1.0000000000000002 h")),
        ((None, "fifo", None), (None, "priority", None), ("fifo", "priority")),
        ((None, "fifo", None), None, ("fifo", "not there")), (None, (4.0, None, "m"), ("not there", "4 m")),
        ((5.0, None, "min"), (5.0, None, "h"), ("5 min", "5 h")),
        ((7.0, None, "1"), (7.0, None, "1"), None),
    ],
)  # fmt: skip
def test_every_input_that_differs_is_told_so_that_one_sees_it(before, after, told):
    """Numbers in as many digits as tell them apart, texts, units, what only one run has; nothing of what is equal."""
    assert inputs(before, after) == told


@pytest.mark.parametrize(("run", "pairs"), [({}, True), ({"seed": 2}, False), ({"horizon_s": 1.0}, False)])
def test_replications_pair_only_under_the_same_random_numbers(run, pairs):
    """A shift that each pair shows is real there, and drowns in noise where seeds or lengths differ."""
    found = since(Stored().add("a").add("b", released=SHIFTED, **run), "a", "b")
    assert found.pairs == pairs
    assert [one.key for one in found.moved] == ([Key("released")] if pairs else [])
    assert (found.numbers[0].before, found.numbers[0].after) == pytest.approx((25.0, 26.05))


def test_another_model_is_told_though_no_input_differs():
    """The line names both models; one that is the same is named once; a single replication moves nothing."""
    stored = Stored().add("a").add("b", model_version="n").add("c")
    plan = Plan(name="p", question="?", products={}, plant=Plant())
    result = Result(plan=plan, run_id="b", store=Path(), series={}, operations={}, replications=4, computed=True)
    said = news(result, since(stored, "a", "b"), "/v2/a")
    told = "changed no input; the model is `n`, was `m`. Moved: no indicator beyond noise."
    assert said == f"Since [the run before](/v2/a) (`a`): {told}"
    assert "changed no input; the model is the same, `m`." in news(result, since(stored, "a", "c"), "")
    for name in "de":
        stored.add(name, released=(1.0 if name == "d" else 9.0,), replications=1)
    assert since(stored, "d", "e").moved == ()
