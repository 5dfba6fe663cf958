"""Laws of an encrypted Dask scheduler: the certificates of Dask's configuration, or one line."""

import pytest

from twin import study
from twin.errors import UsageError

pytest.importorskip("distributed")
dask = pytest.importorskip("dask")
CA, ROLE = "distributed.comm.tls.ca-file", "distributed.comm.tls.client"


@pytest.fixture
def certificates():
    """Settings of Dask that name certificates of our own, for either end."""
    from twin.study.dask_pool import distributed  # noqa: PLC0415 - its library is an extra

    made = distributed.Security.temporary()
    told = {CA: made.tls_ca_file, f"{ROLE}.cert": made.tls_client_cert, f"{ROLE}.key": made.tls_client_key}
    return made, told


@pytest.mark.parametrize("scheme", ["tls", "wss"])
def test_no_certificate_is_one_line_at_once(scheme, monkeypatch, tmp_path, certificates):
    """Where Dask's configuration names none, or one that cannot be read, no client is made, and it says where to."""
    from twin.study import dask_pool  # noqa: PLC0415 - its library is an extra

    monkeypatch.setattr(dask_pool.distributed, "Client", lambda *_, **__: pytest.fail("a client was made"))
    gone = {**certificates[1], CA: str(tmp_path / "ca.pem")}
    for told, why in (({}, "no certificates are named"), (gone, "cannot be used")):
        with dask.config.set(told), pytest.raises(UsageError, match=why) as refused, \
                study.shared(f"dask:{scheme}://127.0.0.1:9", 1):  # fmt: skip
            pass
        assert "DASK_DISTRIBUTED__COMM__TLS__CA_FILE" in str(refused.value)
        assert len(str(refused.value).splitlines()) == 1


def test_the_certificates_of_dasks_configuration_are_used(certificates):
    """A scheduler that takes encrypted connections alone is reached with them."""
    from twin.study.dask_pool import DaskPool, distributed  # noqa: PLC0415 - its library is an extra

    made, told = certificates
    with distributed.LocalCluster(
        n_workers=0, processes=False, host="127.0.0.1", protocol="tls", dashboard_address=None, security=made
    ) as cluster, dask.config.set(told):  # fmt: skip
        where = cluster.scheduler_address
        assert where.startswith("tls://")
        with DaskPool(where, 1)._connected(where) as client:
            assert client.scheduler_info()["workers"] == {}
