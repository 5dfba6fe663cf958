"""How a local file gets into an S3 bucket: at once, or in several parts at a time where it is large."""

import errno
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from twin.store.s3_errors import Taken, translated

PART = 16 << 20  # bytes; what is larger is put in parts of that size, 10,000 of them at most: 160 GB
_AT_ONCE = 5  # parts that are in memory and on their way


def upload(
    client: Any,  # noqa: ANN401 - boto3 ships no types
    at: Mapping[str, str],
    path: Path,
    condition: Mapping[str, str],
    alive: Callable[[], None],
) -> None:
    """Put a file where the condition holds, in one step.

    Args:
        client: Of boto3.
        at: Bucket and key.
        path: The file.
        condition: ``IfNoneMatch`` or ``IfMatch``.
        alive: Called after each part.

    Raises:
        Taken: The condition does not hold.
    """
    if path.stat().st_size <= PART:
        with path.open("rb") as file:
            client.put_object(**at, Body=file, **condition)
        return
    whole = {**at, "UploadId": client.create_multipart_upload(**at)["UploadId"]}
    try:
        _complete(client, whole, _parts(client, whole, path, alive), condition)
    except BaseException:
        with suppress(Exception):  # what happened before is told
            client.abort_multipart_upload(**whole)
        raise


def _parts(
    client: Any,  # noqa: ANN401 - boto3 ships no types
    whole: Mapping[str, str],
    path: Path,
    alive: Callable[[], None],
) -> list[dict[str, Any]]:
    """Put the parts of a file and return what the server calls them, in their order."""
    count = -(-path.stat().st_size // PART)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        sent = [pool.submit(_part, client, whole, path, number) for number in range(1, count + 1)]
        try:
            for one in as_completed(sent):
                one.result()
                alive()
        except BaseException:
            pool.shutdown(cancel_futures=True)  # none may arrive after the upload was given up
            raise
    return [one.result() for one in sent]


def _part(
    client: Any,  # noqa: ANN401 - boto3 ships no types
    whole: Mapping[str, str],
    path: Path,
    number: int,
) -> dict[str, Any]:
    with path.open("rb") as file:
        file.seek((number - 1) * PART)
        answer = client.upload_part(**whole, PartNumber=number, Body=file.read(PART))
    return {"PartNumber": number, "ETag": answer["ETag"]}


def _complete(
    client: Any,  # noqa: ANN401 - boto3 ships no types
    whole: Mapping[str, str],
    parts: list[dict[str, Any]],
    condition: Mapping[str, str],
) -> None:
    done = partial(client.complete_multipart_upload, **whole, MultipartUpload={"Parts": parts})
    try:
        with translated(whole["Key"]):
            done(**condition)
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        if _tag(client, whole) != condition.get("IfMatch"):  # this server knows no condition here: the lease must do
            raise Taken(errno.EBUSY, "another version", whole["Key"]) from None
        done()


def _tag(client: Any, whole: Mapping[str, str]) -> str | None:  # noqa: ANN401 - boto3 ships no types
    with suppress(FileNotFoundError), translated(whole["Key"]):
        return str(client.head_object(Bucket=whole["Bucket"], Key=whole["Key"])["ETag"])
    return None
