"""The requests that a store makes of an S3 bucket, with its errors as those of a file system."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

from twin.errors import UsageError, printable

_ABSENT = {"NoSuchKey", "404", "NotFound"}
_TAKEN = {"PreconditionFailed", "412", "ConditionalRequestConflict"}
_DENIED = {"AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "Forbidden"}
_FULL = {"QuotaExceeded", "InsufficientStorage", "507", "XMinioStorageFull"}
_UNCHANGED = {"NotModified", "304"}
_UNKNOWN = {"NotImplemented", "501"}


class Taken(OSError):  # noqa: N818 - an answer, not a fault
    """A conditional request was refused: somebody else was there first."""


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
            with _translated(key):
                found = self._client.get_object(**self._at(key), **more)
                return Got(found["Body"].read(), found["ETag"], _age(found, found["LastModified"]))
        except _UnchangedError:
            return Got(b"", unless, 0.0)

    def tag(self, key: str) -> str | None:
        """Return the version of an object, None where there is none."""
        try:
            with _translated(key):
                return str(self._client.head_object(**self._at(key))["ETag"])
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
        with _translated(key):
            return str(self._client.put_object(**self._at(key), Body=data, **more)["ETag"])

    def put_file(self, path: Path, key: str) -> None:
        """Put a local file, in parts where it is large."""
        with _translated(key):
            self._client.upload_file(str(path), self._name, self._prefix + key)

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
            found = self.tag(key)  # this server knows no condition here: then the two follow one another
            if found is not None and found != match:
                raise Taken(errno.EBUSY, "another version", key) from None
            self._remove(key, {})

    def _remove(self, key: str, more: dict[str, str]) -> None:
        with _translated(key):
            self._client.delete_object(**self._at(key), **more)

    def copy(self, key: str, target: str) -> None:
        """Copy an object within the bucket."""
        source = {"Bucket": self._name, "Key": self._prefix + key}
        with _translated(key):
            self._client.copy(source, self._name, self._prefix + target)

    def listed(self, folder: str) -> Iterator[tuple[str, int, float]]:
        """Yield key, size [byte] and age [s] of all objects below a folder."""
        pages = self._client.get_paginator("list_objects_v2")
        with _translated(folder):
            for page in pages.paginate(Bucket=self._name, Prefix=self._prefix + folder):
                for one in page.get("Contents", ()):
                    yield one["Key"].removeprefix(self._prefix), int(one["Size"]), _age(page, one["LastModified"])

    def look(self) -> None:
        """See whether the bucket is there."""
        with _translated(self._name):
            self._client.list_objects_v2(Bucket=self._name, Prefix=self._prefix, MaxKeys=1)

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._name, "Key": self._prefix + key}


def open_bucket(address: str) -> Bucket:
    """Open a bucket with the credentials and the endpoint that boto3 finds in the usual places.

    Args:
        address: ``s3://bucket/prefix``.

    Raises:
        UsageError: The library, the bucket or the credentials are missing.
    """
    try:
        import boto3  # noqa: PLC0415 - an extra
        from botocore.config import Config  # noqa: PLC0415 - as above
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - as above
    except ImportError:
        raise UsageError(f"store {address}: needs boto3. Install it: pip install 'filmtwin[s3]'.") from None
    name, _, prefix = address.removeprefix("s3://").partition("/")
    config = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=5, read_timeout=60)
    try:
        client = boto3.client("s3", config=config)
    except (BotoCoreError, ValueError) as error:
        raise UsageError(f"store {address}: {printable(error, 160)}") from None
    bucket = Bucket(client, name, prefix.strip("/"))
    bucket.look()
    return bucket


class _UnchangedError(OSError):
    """The object is the version that the caller has."""


@contextmanager
def _translated(key: str) -> Iterator[None]:
    """Turn the errors of boto3 into those of a file system."""
    from boto3.exceptions import Boto3Error  # noqa: PLC0415 - as above
    from botocore.exceptions import (  # noqa: PLC0415 - an extra
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        ParamValidationError,
    )

    try:
        yield
    except ClientError as error:
        raise _refused(key, error.response) from error
    except NoCredentialsError as error:
        raise UsageError(
            "no credentials for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
        ) from error
    except ParamValidationError as error:
        raise OSError(errno.ENOSYS, printable(error, 160), key) from error
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(errno.EIO, printable(error, 160), key) from error


def _refused(key: str, answer: Any) -> OSError | UsageError:  # noqa: ANN401 - boto3 ships no types
    code, text = str(answer["Error"].get("Code", "")), printable(answer["Error"].get("Message", ""), 120)
    if code in {"NoSuchBucket", "InvalidBucketName"}:
        return UsageError(f"there is no bucket of that name ({printable(key)}). Make it, or take another --store.")
    if code in _UNCHANGED:
        return _UnchangedError(errno.EEXIST, text, key)
    if code in _TAKEN:
        return Taken(errno.EBUSY, text, key)
    if code in _ABSENT:
        return FileNotFoundError(errno.ENOENT, text, key)
    if code in _DENIED:
        return PermissionError(errno.EACCES, text, key)
    number = errno.ENOSPC if code in _FULL else errno.ENOSYS if code in _UNKNOWN else errno.EIO
    return OSError(number, text, key)


def _age(answer: Any, since: datetime) -> float:  # noqa: ANN401 - boto3 ships no types
    """Time since an object was put, by the bucket's own clock. [s]"""
    told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    now = parsedate_to_datetime(told) if told else datetime.now(UTC)
    return (now - since).total_seconds()
