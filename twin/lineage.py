"""Where the data of a run come from and where they went: a manifest, and events that catalogues of lineage read.

Both are made of what stands in the store, so they can be made again: ``lineage/<run>.json`` says what went in and what
came out, each with its hash; ``lineage/<run>.openlineage.jsonl`` says the same of each execution, as two events of
OpenLineage 2-0-2 (https://openlineage.io/spec/2-0-2/OpenLineage.json), START and COMPLETE, one a line.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import twin
from twin.errors import TwinError
from twin.store import Store
from twin.store.naming import LINEAGE

FOLDER = LINEAGE
FORMAT = 1
EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS = "https://openlineage.io/spec/facets"
PRODUCER = "urn:filmtwin"
_FITTED = re.compile(r"fitted: (?P<name>.+), data sha256:(?P<sha256>[0-9a-f]{64})")
LOG = logging.getLogger("twin.lineage")

Plain = dict[str, Any]


def manifest(store: Store, run_id: str) -> Plain:
    """Return what went into a run and what came out; equal runs have equal manifests.

    Args:
        store: Where it is.
        run_id: The run.

    Raises:
        UsageError: There is no such run.
    """
    run = store.read(run_id, "runs").to_pylist()[0]
    record = store.commit(run_id)
    names = ("seed", "replications", "warm_up_s", "horizon_s")
    return {
        "format": FORMAT, "run_id": run_id, "scenario": run["scenario"], "question": run["question"],
        "model_version": run["model_version"], "contract_version": run["contract_version"],
        "python": run["python"], "release": twin.__version__, "study": {name: run[name] for name in names},
        "changes": json.loads(run["changes"] or "{}"), "inputs": list(_inputs(store, run_id, run)),
        "outputs": [{"table": name, **one} for name, one in sorted(record["tables"].items())],
    }  # fmt: skip


def _inputs(store: Store, run_id: str, run: Mapping[str, Any]) -> Iterator[Plain]:
    """Yield what a run was computed from, each with its hash."""
    yield {"kind": "scenario", "name": run["scenario"], "hash": run["scenario_hash"],
           "about": "products and plant, resolved, with every file that they name"}  # fmt: skip
    yield {"kind": "model", "name": "twin", "hash": run["model_version"],
           "about": "sources, locked libraries, Python and machine type"}  # fmt: skip
    evidence = store.read(run_id, "parameters")["evidence"].to_pylist()
    fits = {found["name"]: found["sha256"] for one in evidence if (found := _FITTED.fullmatch(one or ""))}
    for name, sha in sorted(fits.items()):
        yield {"kind": "parameter set", "name": name, "hash": sha, "about": "hash of the data that it was fitted to"}


def events(store: Store, told: Mapping[str, Any]) -> Iterator[Plain]:
    """Yield the events of all executions of a run, in the order in which they began.

    Args:
        store: Where it is.
        told: Its manifest.
    """
    executions = store.read(told["run_id"], "executions").to_pylist()
    for one in sorted(executions, key=lambda row: (row["started_utc"], row["execution_id"])):
        begun: datetime = one["started_utc"].astimezone(UTC)
        yield _event("START", begun, store, told, one)
        yield _event("COMPLETE", begun + timedelta(seconds=one["wall_s"]), store, told, one)


def _event(kind: str, at: datetime, store: Store, told: Mapping[str, Any], execution: Mapping[str, Any]) -> Plain:
    done = kind == "COMPLETE"
    run_uuid = uuid5(NAMESPACE_URL, f"{PRODUCER}/{told['run_id']}/{execution['execution_id']}")
    return {
        "eventType": kind,
        "eventTime": at.isoformat(timespec="milliseconds"),
        "run": {"runId": str(run_uuid), "facets": _run_facets(told, execution)},
        "job": {"namespace": "filmtwin", "name": told["scenario"]},
        "inputs": [_dataset("filmtwin", f"{one['kind']}/{one['name']}", one["hash"]) for one in told["inputs"]],
        "outputs": [_output(store, one) for one in told["outputs"]] if done else [],
        "producer": PRODUCER,
        "schemaURL": EVENT,
    }


def _run_facets(told: Mapping[str, Any], execution: Mapping[str, Any]) -> Plain:
    facets = {
        "processing_engine": _facet(
            "1-1-1/ProcessingEngineRunFacet", version=told["model_version"], name="filmtwin",
            openlineageAdapterVersion=told["release"],
        ),
        "filmtwin_run": _facet(
            "1-0-0/BaseFacet", base=True, run_id=told["run_id"], execution_id=execution["execution_id"],
            outcome=execution["outcome"], host=execution["host"], **told["study"],
        ),
    }  # fmt: skip
    if execution["flow_run_id"]:
        facets["parent"] = _facet(
            "1-0-1/ParentRunFacet", run={"runId": execution["flow_run_id"]},
            job={"namespace": "prefect", "name": "filmtwin"},
        )  # fmt: skip
    return facets


def _facet(schema: str, *, base: bool = False, **fields: Any) -> Plain:  # noqa: ANN401 - plain data
    name = schema.partition("/")[2]
    url = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet" if base else (
        f"{FACETS}/{schema}.json#/$defs/{name}"
    )  # fmt: skip
    return {"_producer": PRODUCER, "_schemaURL": url, **fields}


def _dataset(namespace: str, name: str, version: str) -> Plain:
    facet = _facet("1-0-1/DatasetVersionDatasetFacet", datasetVersion=version)
    return {"namespace": namespace, "name": name, "facets": {"version": facet}}


def _output(store: Store, one: Mapping[str, Any]) -> Plain:
    namespace, name = place(store.root, one["path"])
    statistics = _facet("1-0-2/OutputStatisticsOutputDatasetFacet", rowCount=one["rows"], size=one["bytes"])
    return {**_dataset(namespace, name, one["sha256"]), "outputFacets": {"outputStatistics": statistics}}


def place(root: Path, path: str) -> tuple[str, str]:
    """Return namespace and name of a file of a store, as OpenLineage names files and objects in buckets.

    >>> place(Path("/data/store"), "tables/runs/a.parquet")
    ('file', '/data/store/tables/runs/a.parquet')
    >>> place(Path("s3:/bucket/some"), "tables/runs/a.parquet")
    ('s3://bucket', 'some/tables/runs/a.parquet')
    """
    if root.parts[:1] == ("s3:",):
        return f"s3://{root.parts[1]}", "/".join((*root.parts[2:], path))
    return "file", str(root.absolute() / path)


def leave(store: Store, run_id: str) -> bool:
    """Write manifest and events of a published run beside its tables; say whether that could be done.

    The run is published and stays so: what goes wrong here is written to the log, and can be made up for later.

    Args:
        store: Where it is.
        run_id: The run.
    """
    try:
        told = manifest(store, run_id)
        lines = [json.dumps(one, ensure_ascii=False) for one in events(store, told)]
        store.files.write("".join(f"{line}\n" for line in lines).encode(), f"{FOLDER}/{run_id}.openlineage.jsonl")
        store.files.write((json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode(), _key(run_id))
    except (OSError, MemoryError, TwinError) as error:
        LOG.warning("run %s is published, its lineage is not: %s", run_id, error)
        return False
    return True


def _key(run_id: str) -> str:
    return f"{FOLDER}/{run_id}.json"


def missing(store: Store) -> list[str]:
    """List the runs of a store that have no manifest."""
    return [run for run in store.runs() if not store.files.exists(_key(run))]
