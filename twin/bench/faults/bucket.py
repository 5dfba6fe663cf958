"""A bucket on this machine for as long as a test lasts."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

_numbers = count()
_OWN = {
    "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}  # fmt: skip


@contextmanager
def local_bucket() -> Iterator[str]:
    """Start an S3 server on 127.0.0.1 and yield the address of an empty bucket; boto3 finds it by the environment."""
    import boto3  # noqa: PLC0415 - an extra
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - for development only

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it would write a line for each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    mine = {**_OWN, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
    before = {name: os.environ.get(name) for name in (*mine, "AWS_PROFILE", "AWS_ENDPOINT_URL_S3")}
    os.environ.update(mine)
    os.environ.pop("AWS_PROFILE", None)
    os.environ.pop("AWS_ENDPOINT_URL_S3", None)
    try:
        name = f"twin-{os.getpid()}-{next(_numbers)}"
        boto3.client("s3").create_bucket(Bucket=name)
        yield f"s3://{name}/store"
    finally:
        server.stop()
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
