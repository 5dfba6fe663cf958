"""A bucket in memory: versions, conditional requests, and moments at which a test steps in."""

from collections.abc import Callable, Iterator
from pathlib import Path

from twin.store.s3_requests import Got, Taken


class MemoryBucket:
    """What the store asks of a bucket, without a server.

    Attributes:
        objects: Content and version by key.
        before: Called before each request that changes something, with its name and key; may raise.
        age: Time since each object was put, as the bucket tells it. [s]
    """

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.before: Callable[[str, str], None] = lambda *_: None
        self.age = 0.0
        self._versions = 0

    def get(self, key: str, unless: str = "") -> Got:
        """Return an object."""
        if key not in self.objects:
            raise FileNotFoundError(2, "no such object", key)
        data, tag = self.objects[key]
        return Got(b"" if tag == unless else data, tag, self.age)

    def tag(self, key: str) -> str | None:
        """Return the version of an object."""
        return self.objects[key][1] if key in self.objects else None

    def put(self, data: bytes, key: str, *, absent: bool = False, match: str = "") -> str:
        """Put an object, where its condition holds."""
        self.before("put", key)
        if (absent and key in self.objects) or (match and self.tag(key) != match):
            raise Taken(16, "taken", key)
        self._versions += 1
        self.objects[key] = data, str(self._versions)
        return str(self._versions)

    def put_file(self, path: Path, key: str) -> None:
        """Put a local file."""
        self.put(path.read_bytes(), key)

    def remove(self, key: str, match: str = "") -> None:
        """Remove an object, where its condition holds."""
        self.before("remove", key)
        if match and key in self.objects and self.tag(key) != match:
            raise Taken(16, "taken", key)
        self.objects.pop(key, None)

    def copy(self, key: str, target: str) -> None:
        """Copy an object."""
        self.put(self.objects[key][0], target)

    def listed(self, folder: str) -> Iterator[tuple[str, int, float]]:
        """List objects below a folder."""
        return iter([(key, len(data), self.age) for key, (data, _) in self.objects.items() if key.startswith(folder)])
