"""The requests that a store makes of an S3 bucket, with its errors as those of a file system."""

import errno
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

from twin.errors import UsageError, printable
from twin.store.s3_errors import Taken, Unchanged, asked, translated
from twin.store.s3_uploads import upload

_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}|arn:[^/\s]+")  # what boto3 takes; a server may allow less
_PIECE = 1 << 20  # bytes of an object that are in memory at a time


class Head(NamedTuple):
    """What stands under a key.

    Attributes:
        tag: Its version.
        size: Its length. [byte]
    """

    tag: str
    size: int


class Unfinished(NamedTuple):
    """An upload in parts that nobody has completed.

    Attributes:
        key: Where its object would stand.
        name: How the server calls it.
        age: Time since it was begun, by the clock of the bucket. [s]
    """

    key: str
    name: str
    age: float


class Got(NamedTuple):
    """An object.

    Attributes:
        data: Its content.
        tag: Its version.
        age: Time since it was put, by the clock of the bucket. [s]
    """

    data: bytes
    tag: str
    age: float


class Bucket:
    """A prefix of a bucket."""

    def __init__(self, client: Any, name: str, prefix: str) -> None:  # noqa: ANN401 - boto3 ships no types
        self._client = client
        self._name = name
        self._prefix = f"{prefix}/" if prefix else ""

    def get(self, key: str, unless: str = "") -> Got:
        """Return an object; without its content where it still is the version that the caller has."""
        more = {"IfNoneMatch": unless} if unless else {}
        try:
            with translated(key):
                found = self._client.get_object(**self._at(key), **more)
                return Got(found["Body"].read(), found["ETag"], _age(found, found["LastModified"]))
        except Unchanged:
            return Got(b"", unless, 0.0)

    def pieces(self, key: str, match: str = "") -> Iterator[bytes]:
        """Yield the content of an object, little by little.

        Raises:
            Taken: It is another version than ``match``.
        """
        more = {"IfMatch": match} if match else {}
        with translated(key), closing(self._client.get_object(**self._at(key), **more)["Body"]) as body:
            yield from body.iter_chunks(_PIECE)

    def head(self, key: str) -> Head | None:
        """Return what stands under a key, without its content; None where nothing is."""
        try:
            with translated(key):
                found = self._client.head_object(**self._at(key))
                return Head(str(found["ETag"]), int(found["ContentLength"]))
        except FileNotFoundError:
            return None

    def put(self, data: bytes, key: str, *, absent: bool = False, match: str = "") -> str:
        """Put an object and return its version.

        Args:
            data: Its content.
            key: Its key.
            absent: Only where there is none.
            match: Only in place of this version.

        Raises:
            Taken: The condition does not hold.
        """
        more = {"IfNoneMatch": "*"} if absent else {"IfMatch": match} if match else {}
        return asked(key, lambda: str(self._client.put_object(**self._at(key), Body=data, **more)["ETag"]))

    def put_file(self, path: Path, key: str, alive: Callable[[], None] = lambda: None, *, match: str = "") -> None:
        """Put a local file, in parts where it is large.

        Args:
            path: The file.
            key: Its key.
            alive: Called after each part.
            match: In place of this version; empty: only where there is none.

        Raises:
            Taken: The condition does not hold.
        """
        condition = {"IfMatch": match} if match else {"IfNoneMatch": "*"}
        try:
            asked(key, lambda: upload(self._client, self._at(key), path, condition, alive))
        except FileNotFoundError:
            if not match:
                raise
            raise Taken(errno.EBUSY, "that version is gone", key) from None

    def unfinished(self) -> Iterator[Unfinished]:
        """Yield the uploads in parts that nobody has completed."""
        pages = self._client.get_paginator("list_multipart_uploads")
        with translated(self._name):
            for page in pages.paginate(Bucket=self._name, Prefix=self._prefix):
                for one in page.get("Uploads", ()):
                    key = one["Key"].removeprefix(self._prefix)
                    yield Unfinished(key, one["UploadId"], _age(page, one["Initiated"]))

    def give_up(self, one: Unfinished) -> None:
        """Abort an upload: what came of it takes room and is listed nowhere."""
        with translated(one.key):
            self._client.abort_multipart_upload(**self._at(one.key), UploadId=one.name)

    def remove(self, key: str, match: str = "") -> None:
        """Remove an object, if it is there.

        Raises:
            Taken: It is another version than ``match``.
        """
        try:
            self._remove(key, {"IfMatch": match} if match else {})
        except FileNotFoundError:
            return
        except OSError as error:
            if not match or error.errno != errno.ENOSYS:
                raise
            found = self.head(key)  # this server knows no condition here: then the two follow one another
            if found is not None and found.tag != match:
                raise Taken(errno.EBUSY, "another version", key) from None
            self._remove(key, {})

    def _remove(self, key: str, more: dict[str, str]) -> None:
        asked(key, lambda: self._client.delete_object(**self._at(key), **more))

    def copy(self, key: str, target: str) -> None:
        """Copy an object within the bucket."""
        source = {"Bucket": self._name, "Key": self._prefix + key}
        with translated(key):
            self._client.copy(source, self._name, self._prefix + target)

    def listed(self, folder: str) -> Iterator[tuple[str, int, float]]:
        """Yield key, size [byte] and age [s] of all objects below a folder."""
        pages = self._client.get_paginator("list_objects_v2")
        with translated(folder):
            for page in pages.paginate(Bucket=self._name, Prefix=self._prefix + folder):
                for one in page.get("Contents", ()):
                    yield one["Key"].removeprefix(self._prefix), int(one["Size"]), _age(page, one["LastModified"])

    def is_there(self) -> bool:
        """Say whether anything stands below the prefix."""
        with translated(self._name):
            found = self._client.list_objects_v2(Bucket=self._name, Prefix=self._prefix, MaxKeys=1)
        return bool(found.get("Contents"))

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._name, "Key": self._prefix + key}


def open_bucket(address: str) -> Bucket:
    """Open a bucket with the credentials and the endpoint that boto3 finds in the usual places.

    Args:
        address: ``s3://bucket/prefix``.

    Raises:
        UsageError: It names no bucket, or the library or the profile with the credentials is missing.
    """
    name, _, prefix = address.removeprefix("s3://").partition("/")
    if _BUCKET.fullmatch(name) is None:
        raise UsageError(
            f"store {printable(address, 200)}: {printable(name)!r} is no name of a bucket, which has letters, digits, "
            "'-', '.' and '_'. Write it as s3://bucket/prefix."
        )
    try:
        import boto3  # noqa: PLC0415 - an extra
        from botocore.config import Config  # noqa: PLC0415 - as above
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - as above
    except ImportError:
        raise UsageError(f"store {address}: needs boto3: in the checkout .venv/bin/pip install -e '.[s3]'.") from None
    config = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=5, read_timeout=60)
    try:
        client = boto3.client("s3", config=config)
    except (BotoCoreError, ValueError) as error:
        raise UsageError(f"store {address}: {printable(error, 160)}") from None
    return Bucket(client, name, prefix.strip("/"))


def _age(answer: Any, since: datetime) -> float:  # noqa: ANN401 - boto3 ships no types
    """Time since an object was put, by the bucket's own clock. [s]"""
    told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    now = parsedate_to_datetime(told) if told else datetime.now(UTC)
    return (now - since).total_seconds()
