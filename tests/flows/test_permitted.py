"""Laws of what a deployed run may be told: no command, no scheduler of strangers, no folder but where stores are."""

import pytest
from httpx import HTTPStatusError

from flows import register
from twin.errors import UsageError
from twin.study import Request

pytestmark = pytest.mark.server
HOSTILE = (
    ("run_scenario", {"store": "x" * 100_000}), ("run_scenario", {"fits": ["x" * 10_000] * 20}),
    ("run_scenario", {"fits": ["x"] * 5000}), ("run_scenario", {"encoding": "x" * 1000}),
    ("run_scenario", {"durability": "x" * 1000}), ("run_scenario", {"executor": "dask:" + "x" * 1000}),
    ("run_sweep", {"over": ["plant.oven.count=3,4"] * 100_000}), ("run_sweep", {"over": ["a=" + "1," * 10_000]}),
    ("run_sweep", {"points": [{"plant.oven.count": "3"}] * 2000}), ("run_sweep", {"points": [{"a": "x" * 10_000}]}),
    ("run_sweep", {"points": [{f"a.{at}": "1" for at in range(1000)}]}), ("run_sweep", {"points": [{"a": 3}]}),
    ("run_sweep", {"points": [{}]}), ("run_sweep", {"points": "$(ls)"}), ("compare_scenarios", {"store": "x" * 1000}),
    ("tend_store", {"older_than_days": 1e-6}), ("tend_store", {"older_than_days": 0.99}),
    ("tend_store", {"store": "x" * 1000}),
    ("run_scenario", {"seed": 2**63}), ("run_scenario", {"seed": -1}), ("run_scenario", {"days": 0.04}),
    ("run_sweep", {"seed": 2**63}), ("run_sweep", {"days": 3661}), ("compare_scenarios", {"seed": 2**63}),
    ("compare_scenarios", {"days": 0}),
)  # fmt: skip


@pytest.fixture(scope="module")
def permitted(flow):
    """The module, imported after the settings of the server."""
    from flows import permitted  # noqa: PLC0415 - after the environment

    assert flow
    return permitted


def asked(client, flow, pool, variables):
    """Status of a flow run that is asked for with these job variables."""
    deployment = client.create_deployment(
        flow_id=client.create_flow(flow.run_scenario), name=f"of-{pool}", work_pool_name=pool
    )
    body = {"job_variables": variables, "state": {"type": "SCHEDULED"}}
    try:
        return client._client.post(f"/deployments/{deployment}/create_flow_run", json=body).status_code
    except HTTPStatusError as error:
        return error.response.status_code


@pytest.mark.parametrize("old", [False, True])
def test_the_pool_lets_nobody_name_a_command(client, flow, old):
    """Command, folder and environment of a run are refused, in a pool that was made before too; its own stays."""
    from prefect.client.schemas.actions import WorkPoolCreate  # noqa: PLC0415 - as above
    from prefect.workers.process import ProcessWorker  # noqa: PLC0415 - as above

    from flows import pool  # noqa: PLC0415 - as above

    name, set_here = f"pool-{old}", {"TZ": "UTC"} if old else {}
    if old:
        known = ProcessWorker.get_default_base_job_template()
        known["variables"]["properties"]["env"]["default"] = set_here
        client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template=known))
        assert asked(client, flow, name, {"command": "sh -c id"}) in {200, 201}
    for _ in range(2):  # at each start
        pool.settle(client, name)
    assert client.read_work_pool(name).base_job_template["job_configuration"]["env"] == set_here
    assert client.read_work_pool(name).concurrency_limit == pool.MOST
    beat = "PREFECT_FLOWS_HEARTBEAT_FREQUENCY"
    for bad in ({"command": "sh -c id"}, {"env": {"PYTHONPATH": "/evil"}}, {"working_dir": "/"}, {"env.A": "1"},
                {"env": {beat: "30", "PATH": "/evil"}}, {"env": {"PREFECT_RESULTS_DEFAULT_SERIALIZER": "pickle"}},
                {f"env.{beat}": "30"}, {"env": {beat: "$(id)"}}, {"env": "x"}):  # fmt: skip
        assert asked(client, flow, name, bad) in {409, 422}, bad
    for good in ({}, {"env": {beat: "30", "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json"}}):
        assert asked(client, flow, name, good) in {200, 201}, good


@pytest.mark.parametrize(("name", "bad"), HOSTILE)
def test_what_is_too_long_or_too_short_is_refused_by_the_schema(flow, name, bad):
    """Texts, lists, numbers and ages have bounds, so that such a run is never made."""
    from importlib import import_module  # noqa: PLC0415 - after the environment

    from prefect.exceptions import ParameterTypeError  # noqa: PLC0415 - as above

    assert flow
    with pytest.raises(ParameterTypeError):
        getattr(import_module(f"flows.{name}"), name).validate_parameters(bad)


def test_no_form_takes_a_field_that_its_flow_has_not(client):
    """At each registration anew, for Prefect writes its own schema. Other forms stay as they are."""
    from flows import what_if  # noqa: PLC0415 - after the environment

    def status(parameters: dict) -> int:
        try:
            return client._client.post(f"/deployments/{ours}/create_flow_run", json=parameters).status_code
        except HTTPStatusError as error:
            return error.response.status_code

    known, flow_id = what_if.what_if.parameters.model_dump(), client.create_flow(what_if.what_if)
    for _ in range(2):
        ours = client.create_deployment(flow_id, name="form", tags=[register.POOL], parameter_openapi_schema=known)
        other = client.create_deployment(flow_id, name="of another", parameter_openapi_schema=known)
        register.shut(client)
        assert client.read_deployment(ours).parameter_openapi_schema["additionalProperties"] is False
        assert "additionalProperties" not in client.read_deployment(other).parameter_openapi_schema
        assert status({"parameters": {"extra": 1}, "enforce_parameter_schema": True}) in {409, 422}
        good = {"parameters": {"days": 2, "machines": {"ovens": 3}}, "enforce_parameter_schema": True}
        assert status(good) in {200, 201}
    client.delete_deployment(ours)


def test_only_a_scheduler_that_is_named_is_asked(permitted, monkeypatch):
    """Processes, a cluster of this machine, the address of environment or deployment; no other one."""
    monkeypatch.delenv(permitted.DASK, raising=False)
    evil, ours = "dask:tcp://evil:8786", "dask:tcp://10.0.0.5:8786"
    for good in (None, "processes", "dask"):
        permitted.refuse_executor(good, {})
    for bad in (evil, ours, "dask:", ""):
        with pytest.raises(UsageError, match="FILMTWIN_DASK"):
            permitted.refuse_executor(bad, {"executor": None})
    permitted.refuse_executor(ours, {"executor": ours})
    monkeypatch.setenv(permitted.DASK, "tcp://10.0.0.5:8786")
    permitted.refuse_executor(ours, {})
    with pytest.raises(UsageError, match=r"tcp://10\.0\.0\.5:8786"):
        permitted.refuse_executor(evil, {})


def test_a_store_lies_where_stores_are(permitted, monkeypatch, tmp_path):
    """Beside the one that the environment names, in the project, or where the deployment itself says; nowhere else."""
    monkeypatch.setenv("FILMTWIN_STORE", str(tmp_path / "store"))
    (tmp_path / "link").symlink_to("/etc")
    for good in (None, str(tmp_path / "other"), str(tmp_path / "store"), str(permitted.project() / "datasets" / "s")):
        permitted.refuse_store(good, {})
    for bad in (
        "/",
        "/etc/cron.d/x",
        str(tmp_path),
        str(permitted.project()),
        f"{tmp_path}/../x",
        f"{tmp_path}/link/x",
        "s3://bucket/a",
    ):
        with pytest.raises(UsageError, match="writes below"):
            permitted.refuse_store(bad, {"store": None})
    permitted.refuse_store("/srv/x", {"store": "/srv/x"})
    monkeypatch.setenv("FILMTWIN_STORE", "/store")  # its parent is the whole machine
    for good in ("/store", "/store/x"):
        permitted.refuse_store(good, {})
    with pytest.raises(UsageError, match="writes below /store or"):
        permitted.refuse_store("/etc", {})
    monkeypatch.setenv("FILMTWIN_STORE", "s3://bucket/a")
    for good in ("s3://bucket/a", "s3://bucket/a/b"):
        permitted.refuse_store(good, {})
    for bad in ("s3://bucket/ab", "s3://bucket/a/../b", "s3://other/a", "/etc"):
        with pytest.raises(UsageError, match="writes below"):
            permitted.refuse_store(bad, {})


def test_no_file_is_read_but_the_project_s_own(permitted, tmp_path):
    """A name, what lies below its data, or what the deployment names; of no other is anything told, by link or dots."""
    data, secret = permitted.project() / "datasets", tmp_path / "y.toml"
    secret.write_text("password = SECRETVALUE123\n")
    for good in ("baseline", "no-such", "/etc/passwd", str(data / "scenarios" / "x.toml"), "datasets/x.toml"):
        permitted.refuse_files(Request(scenario=good), {})
    permitted.refuse_files(Request(scenario="baseline", fits=(str(data / "a.json"),)), {})
    own = {"scenario": str(secret), "second": "/srv/b.toml", "fits": ["/srv/a.json"]}
    for good in (Request(scenario=str(secret), fits=("/srv/a.json",)), Request(scenario="/srv/b.toml")):
        permitted.refuse_files(good, own)
    for bad in (
        Request(scenario=str(secret)), Request(scenario=f"{data}/../y.toml"), Request(scenario="y.toml"),
        Request(scenario="baseline", fits=(str(secret),)), Request(scenario="baseline", fits=("/etc/passwd",)),
        Request(scenario="baseline", fits=(f"{data}/a\0.json",)),
    ):  # fmt: skip
        with pytest.raises(UsageError, match="a deployed run reads") as told:
            permitted.refuse_files(bad, {"scenario": "baseline", "fits": None})
        assert "SECRETVALUE123" not in str(told.value)


def test_a_deployed_run_is_refused_in_its_first_second(flow, permitted, monkeypatch, tmp_path):
    """Each flow that takes a store fails with the sentence; the command line, which is no deployment, is free."""
    from flows import compare_scenarios, run_sweep, tend_store  # noqa: PLC0415 - after the environment

    monkeypatch.setenv("FILMTWIN_STORE", str(tmp_path / "in" / "store"))
    for module in (permitted, tend_store):
        monkeypatch.setattr(module, "deployment", dict)
    where, file = str(tmp_path / "out"), str(tmp_path / "y.toml")
    states = [
        flow.run_scenario(store=where, return_state=True),
        run_sweep.run_sweep(["plant.oven.count=3"], store=where, return_state=True),
        compare_scenarios.compare_scenarios(store=where, return_state=True),
        tend_store.tend_store(store="/", quarantine=True, return_state=True),
        flow.run_scenario(executor="dask:tcp://evil:8786", return_state=True),
        flow.run_scenario(scenario=file, return_state=True),
        flow.run_scenario(fits=[file], bands=["yield 85..97 %"], return_state=True),
        run_sweep.run_sweep(["plant.oven.count=3"], scenario=file, return_state=True),
        compare_scenarios.compare_scenarios(second=file, return_state=True),
    ]
    assert [state.type.value for state in states] == ["FAILED"] * 9
    assert all("a deployed run" in state.message for state in states), [state.message for state in states]
    assert not (tmp_path / "out").exists()
