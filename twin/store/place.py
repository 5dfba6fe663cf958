"""Where a store is: a folder, or a bucket."""

from pathlib import Path

from twin.store.files import Files
from twin.store.local import LocalFiles

S3 = "s3:"


def is_remote(root: str | Path) -> bool:
    """Say whether a store is in a bucket.

    >>> is_remote("s3://bucket/prefix"), is_remote(Path("s3://")), is_remote("datasets/store")
    (True, True, False)
    """
    return str(root) == S3 or str(root).startswith(f"{S3}/")


def address(root: str | Path) -> str:
    """Return the address of a store as a person writes it; a ``Path`` has folded the two slashes of a bucket into one.

    >>> address(Path("s3://bucket/prefix/"))
    's3://bucket/prefix'
    """
    return f"{S3}//{str(root).removeprefix(S3).strip('/')}" if is_remote(root) else str(Path(root).absolute())


def written(root: str | Path) -> str:
    """Return a store as a report names it: as it was given, and a bucket with both slashes."""
    return address(root) if is_remote(root) else str(root)


def files_at(root: str | Path, *, fsync: bool = True) -> Files:
    """Open the files of a store for writing, and make its folders.

    Args:
        root: Its folder, or ``s3://bucket/prefix``.
        fsync: Whether published files survive a power cut; a bucket always sees to that.

    Raises:
        UsageError: There can be no store.
    """
    if is_remote(root):
        from twin.store.s3 import S3Files  # noqa: PLC0415 - its library is an extra

        return S3Files(address(root))
    files = LocalFiles(Path(root), fsync=fsync)
    files.prepare()
    return files


def files_to_read(root: str | Path) -> Files:
    """Open the files of a store for reading; nothing is made there."""
    return files_at(root) if is_remote(root) else LocalFiles(Path(root))
