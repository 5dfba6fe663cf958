"""A bucket in memory: versions, conditional requests, and moments at which a test steps in."""

from collections.abc import Callable, Iterator
from pathlib import Path

from twin.store.s3_errors import Taken
from twin.store.s3_requests import Got, Head, Unfinished


class MemoryBucket:
    """What the store asks of a bucket, without a server.

    Attributes:
        objects: Content and version by key.
        before: Called before each request that changes something, with its name and key; may raise.
        after: Called after each file that is put, with its key; may raise, as where an answer is lost.
        age: Time since each object was put, as the bucket tells it. [s]
        parts: In how many parts a file is put. [1]
        uploads: Uploads that nobody has completed.
    """

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.before: Callable[[str, str], None] = lambda *_: None
        self.after: Callable[[str], None] = lambda _: None
        self.age = 0.0
        self.parts = 1
        self.uploads: list[Unfinished] = []
        self._versions = 0

    def is_there(self) -> bool:
        """Say whether there is any object."""
        return bool(self.objects)

    def get(self, key: str, unless: str = "") -> Got:
        """Return an object."""
        if key not in self.objects:
            raise FileNotFoundError(2, "no such object", key)
        data, tag = self.objects[key]
        return Got(b"" if tag == unless else data, tag, self.age)

    def pieces(self, key: str, match: str = "") -> Iterator[bytes]:
        """Yield an object little by little."""
        if key not in self.objects:
            raise FileNotFoundError(2, "no such object", key)
        data, tag = self.objects[key]
        if match and tag != match:
            raise Taken(16, "taken", key)
        for place in range(0, len(data), 100):
            self.before("piece", key)
            yield data[place : place + 100]

    def head(self, key: str) -> Head | None:
        """Return the version of an object and its size."""
        if key not in self.objects:
            return None
        data, tag = self.objects[key]
        return Head(tag, len(data))

    def put(self, data: bytes, key: str, *, absent: bool = False, match: str = "") -> str:
        """Put an object, where its condition holds."""
        self.before("put", key)
        if (absent and key in self.objects) or (match and self._tag(key) != match):
            raise Taken(16, "taken", key)
        self._versions += 1
        self.objects[key] = data, str(self._versions)
        return str(self._versions)

    def put_file(self, path: Path, key: str, alive: Callable[[], None] = lambda: None, *, match: str = "") -> None:
        """Put a local file in place of a version, or where there is no object, in so many parts."""
        for _ in range(self.parts):
            self.before("part", key)
            alive()
        self.put(path.read_bytes(), key, absent=not match, match=match)
        self.after(key)

    def remove(self, key: str, match: str = "") -> None:
        """Remove an object, where its condition holds."""
        self.before("remove", key)
        if match and key in self.objects and self._tag(key) != match:
            raise Taken(16, "taken", key)
        self.objects.pop(key, None)

    def unfinished(self) -> Iterator[Unfinished]:
        """Yield the uploads that nobody has completed."""
        return iter([*self.uploads])

    def give_up(self, one: Unfinished) -> None:
        """Abort an upload."""
        self.uploads.remove(one)

    def _tag(self, key: str) -> str:
        return self.objects.get(key, (b"", ""))[1]

    def copy(self, key: str, target: str) -> None:
        """Copy an object."""
        self.put(self.objects[key][0], target)

    def listed(self, folder: str) -> Iterator[tuple[str, int, float]]:
        """List objects below a folder."""
        return iter([(key, len(data), self.age) for key, (data, _) in self.objects.items() if key.startswith(folder)])
