"""Laws of lineage: it says what went in and what came out by hash, can be made again, and never spoils a run."""

import json
from hashlib import sha256
from uuid import UUID

import pytest

from twin import lineage, study
from twin.cli import main
from twin.store import Store
from twin.study import Request

SHORT = {"sets": ("study.warm_up=1 d",), "replications": 1, "days": 1.0, "workers": 1}


def run(folder, *, force=False, flow_run=None):
    """Compute a short study; return its store and run id."""
    plan = Request(scenario="baseline", store=str(folder), force=force, **SHORT).plan()
    with study.Job(plan, Store(folder), workers=1) as job:
        done = job.finish([part for some in job.parts() for part in some], flow_run_id=flow_run)
    return Store(folder), done.run_id


def told(store, run_id):
    """Manifest and events as they stand in the store."""
    base = store.root / lineage.FOLDER / run_id
    lines = base.with_name(f"{run_id}.openlineage.jsonl").read_text(encoding="utf-8").splitlines()
    return json.loads(base.with_name(f"{run_id}.json").read_bytes()), [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A store with one run of a flow."""
    folder = tmp_path_factory.mktemp("lineage")
    return run(folder, flow_run="3b452093-782c-4ef2-9c0c-aafe2aa6f34d")


def test_the_manifest_has_the_hash_of_every_table(first):
    """Each table of the run is an output with the hash and the size of its file; inputs have hashes too."""
    store, run_id = first
    found, _ = told(store, run_id)
    assert {one["table"] for one in found["outputs"]} >= {"runs", "visits", "lots", "parameters"}
    for one in found["outputs"]:
        data = (store.root / one["path"]).read_bytes()
        assert (sha256(data).hexdigest(), len(data)) == (one["sha256"], one["bytes"])
    catalogue = store.read(run_id, "runs").to_pylist()[0]
    hashes = {one["kind"]: one["hash"] for one in found["inputs"]}
    assert hashes == {"scenario": catalogue["scenario_hash"], "model": catalogue["model_version"]}


def test_equal_runs_have_equal_manifests(first, tmp_path):
    """Nothing of clock, machine or folder is in a manifest."""
    store, run_id = first
    other, same = run(tmp_path)
    assert same == run_id
    assert told(other, run_id)[0] == told(store, run_id)[0]


def test_the_data_lead_to_the_page_of_their_flow_run(first, capsys):
    """What shows a run names the page of the flow run that asked for it; each execution has its own."""
    store, run_id = first
    assert main(["store", "show", run_id, "--store", str(store.root)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-2].endswith("page of its flow run, at twin up")
    assert said[-1].endswith("  published  /v2/runs/flow-run/3b452093-782c-4ef2-9c0c-aafe2aa6f34d")


def test_events_are_those_of_the_specification(first):
    """START, then COMPLETE of one run with a UUID; outputs stand in COMPLETE; each facet says whose and which it is."""
    store, run_id = first
    _, events = told(store, run_id)
    assert [one["eventType"] for one in events] == ["START", "COMPLETE"]
    assert events[0]["eventTime"] < events[1]["eventTime"]
    assert len({UUID(one["run"]["runId"]) for one in events}) == 1
    for one in events:
        assert {"eventTime", "producer", "schemaURL", "run", "job"} <= set(one)
        assert one["schemaURL"].startswith("https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/")
        assert {"namespace", "name"} <= set(one["job"])
        facets = [*one["run"]["facets"].values()]
        for dataset in (*one["inputs"], *one["outputs"]):
            assert {"namespace", "name"} <= set(dataset)
            facets += [*dataset["facets"].values(), *dataset.get("outputFacets", {}).values()]
        assert all({"_producer", "_schemaURL"} <= set(facet) for facet in facets)
    assert len(events[1]["outputs"]) == len(told(store, run_id)[0]["outputs"])


def test_the_flow_run_is_the_parent_of_the_run(first):
    """From the data one finds the flow run: it is the parent in the events, and stands in executions."""
    store, run_id = first
    _, events = told(store, run_id)
    parent = {one["run"]["facets"]["parent"]["run"]["runId"] for one in events}
    assert parent == set(store.read(run_id, "executions")["flow_run_id"].to_pylist())


def test_a_run_computed_again_adds_its_execution(tmp_path):
    """Two executions are four events of two runs; the manifest stays, byte for byte."""
    store, run_id = run(tmp_path)
    file = store.root / lineage.FOLDER / f"{run_id}.json"
    before = file.read_bytes()
    run(tmp_path, force=True)
    assert file.read_bytes() == before
    assert len({one["run"]["runId"] for one in told(store, run_id)[1]}) == 2
    assert len(told(store, run_id)[1]) == 4


def test_lineage_that_cannot_be_written_spoils_no_run(tmp_path):
    """The run is published all the same, and its lineage is made up for later, as it would have been."""
    (tmp_path / lineage.FOLDER).write_text("in the way")
    store, run_id = run(tmp_path)
    assert store.has(run_id)
    assert lineage.missing(store) == [run_id]
    (tmp_path / lineage.FOLDER).unlink()
    assert lineage.leave(store, run_id)
    assert lineage.missing(store) == []
    assert told(store, run_id)[0]["run_id"] == run_id
