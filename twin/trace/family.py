"""From which lots a lot was made, and what was made of it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Family(NamedTuple):
    """The relations of one lot.

    Attributes:
        ancestors: Lots that it was made of, by how many steps back: the nearest first.
        descendants: Lots that were made of it, the nearest first.
    """

    ancestors: tuple[tuple[int, ...], ...]
    descendants: tuple[tuple[int, ...], ...]

    def before(self) -> tuple[int, ...]:
        """Return all ancestors, each once, the oldest first."""
        return tuple(dict.fromkeys(lot for generation in reversed(self.ancestors) for lot in generation))

    def after(self) -> tuple[int, ...]:
        """Return all descendants, each once."""
        return tuple(dict.fromkeys(lot for generation in self.descendants for lot in generation))


def family(lot: int, edges: Iterable[tuple[int, int]]) -> Family:
    """Return the relations of a lot.

    Args:
        lot: Its number.
        edges: Older and younger lot of each step.

    >>> family(3, [(1, 2), (2, 3), (0, 3), (3, 4)])
    Family(ancestors=((0, 2), (1,)), descendants=((4,),))
    """
    parents: dict[int, set[int]] = {}
    children: dict[int, set[int]] = {}
    for older, younger in edges:
        parents.setdefault(younger, set()).add(older)
        children.setdefault(older, set()).add(younger)
    return Family(_generations(lot, parents), _generations(lot, children))


def _generations(lot: int, of: Mapping[int, set[int]]) -> tuple[tuple[int, ...], ...]:
    found, seen, latest = [], {lot}, {lot}
    while latest := {one for known in latest for one in of.get(known, ())} - seen:
        seen |= latest
        found.append(tuple(sorted(latest)))
    return tuple(found)
