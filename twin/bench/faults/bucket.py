"""A bucket on this machine for as long as a test lasts."""

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import Lock, Thread
from typing import Any

_numbers = count()
_OWN = {
    "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}  # fmt: skip


@contextmanager
def local_bucket() -> Iterator[str]:
    """Start an S3 server on 127.0.0.1 and yield the address of an empty bucket; boto3 finds it by the environment."""
    import boto3  # noqa: PLC0415 - an extra

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it would write a line for each request
    with _server() as endpoint:
        mine = {**_OWN, "AWS_ENDPOINT_URL": endpoint}
        before = {name: os.environ.get(name) for name in (*mine, "AWS_PROFILE", "AWS_ENDPOINT_URL_S3")}
        os.environ.update(mine)
        os.environ.pop("AWS_PROFILE", None)
        os.environ.pop("AWS_ENDPOINT_URL_S3", None)
        try:
            name = f"twin-{os.getpid()}-{next(_numbers)}"
            boto3.client("s3").create_bucket(Bucket=name)
            yield f"s3://{name}/store"
        finally:
            for name, value in before.items():
                os.environ.pop(name, None) if value is None else os.environ.update({name: value})


@contextmanager
def _server() -> Iterator[str]:
    """Answer one request at a time: S3 looks whether a put may be done and does it in one step, and moto does not."""
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415 - for development only
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server  # noqa: PLC0415 - as above

    answers, turn = DomainDispatcherApplication(create_backend_app), Lock()

    def answered(environ: dict[str, Any], start: Any) -> Iterable[bytes]:  # noqa: ANN401 - a function of WSGI
        with turn:
            return list(answers(environ, start))

    server = make_server("127.0.0.1", 0, answered, threaded=True, request_handler=MotoRequestHandler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
