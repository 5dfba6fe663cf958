"""What an S3 server refuses, as the errors of a file system."""

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from twin.errors import UsageError, printable

_ABSENT = {"NoSuchKey", "404", "NotFound"}
_TAKEN = {"PreconditionFailed", "412", "NoSuchUpload"}  # the last one also where the answer to our own was lost
_BUSY = {"ConditionalRequestConflict", "OperationAborted", "409"}
_DENIED = {"AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "Forbidden"}
_FULL = {"QuotaExceeded", "InsufficientStorage", "507", "XMinioStorageFull"}
_UNCHANGED = {"NotModified", "304"}
_UNKNOWN = {"NotImplemented", "501"}
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)  # s

T = TypeVar("T")


class Taken(OSError):  # noqa: N818 - an answer, not a fault
    """A conditional request was refused: somebody else was there first."""


class Busy(Taken):
    """A request met another one for the same key that was still under way."""


class Unchanged(OSError):  # noqa: N818 - an answer, not a fault
    """The object is the version that the caller has."""


def asked(key: str, request: Callable[[], T]) -> T:
    """Return what a request answers; it is made again where another one for its key is still under way.

    Raises:
        Taken: Its condition does not hold, or the other one takes long.
    """
    for wait in _WAITS:
        try:
            with translated(key):
                return request()
        except Busy:
            time.sleep(wait)
    with translated(key):
        return request()


@contextmanager
def translated(key: str) -> Iterator[None]:
    """Turn the errors of boto3 into those of a file system."""
    from boto3.exceptions import Boto3Error  # noqa: PLC0415 - an extra
    from botocore.exceptions import (  # noqa: PLC0415 - as above
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
        return Unchanged(errno.EEXIST, text, key)
    if code in _TAKEN | _BUSY:
        return (Busy if code in _BUSY else Taken)(errno.EBUSY, text, key)
    if code in _ABSENT:
        return FileNotFoundError(errno.ENOENT, text, key)
    if code in _DENIED:
        return PermissionError(errno.EACCES, text, key)
    number = errno.ENOSPC if code in _FULL else errno.ENOSYS if code in _UNKNOWN else errno.EIO
    return OSError(number, text, key)
