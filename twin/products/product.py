"""A product: its recipe as stages in order, its limits, and whose word its own values are."""

from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass, replace
from typing import NamedTuple

from twin.limit import Limit
from twin.parameter import Evidence, Parameter, parameters
from twin.stage import Stage


class Word(NamedTuple):
    """Whose word some values of a product are, where what the stage declares is said of another product.

    Attributes:
        settings: Their paths below the product, such as ``synthesis.solids``.
        source: Patent with claim, or assumption id; brackets behind an id state how far the values are in doubt.
        evidence: How well they are known.
    """

    settings: tuple[str, ...]
    source: str
    evidence: Evidence = "estimate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product definition.

    Attributes:
        name: Name in scenarios and tables.
        about: What it is, in one sentence.
        procedure: Stages by name, in the order of the process, with this product's settings.
        specification: All of its limits, each with its source.
        words: Whose word those settings are for which the stage's own source does not speak.
    """

    name: str
    about: str
    procedure: Mapping[str, Stage]
    specification: tuple[Limit, ...]
    words: tuple[Word, ...] = ()

    def limits(self, stage: str, kind: str = "property") -> tuple[Limit, ...]:
        """List the limits of one kind after one stage."""
        return tuple(limit for limit in self.specification if limit.stage == stage and limit.kind == kind)

    def declared(self, stage: str) -> dict[str, Parameter]:
        """List what is known of each constant of one stage, with this product's word where it has one.

        A source that a stage names speaks for the stage's own value alone: another value is this recipe's estimate,
        unless what it replaces was an estimate too.
        """
        words = {path: (word.source, word.evidence) for word in self.words for path in word.settings}
        recipe = ("recipe of this product", "estimate")
        found = {}
        for name, known in _declared(self.procedure[stage]).items():
            said = (known.source, known.evidence)
            if known.evidence != "estimate" and self._differs(stage, name):
                said = recipe
            source, evidence = words.get(f"{stage}.{name}", said)
            found[name] = replace(known, source=source, evidence=evidence)
        return found

    def sets(self, stage: str, name: str) -> bool:
        """Say whether a setting is this product's own: it differs from the stage's, or the product speaks for it."""
        return self._differs(stage, name) or any(f"{stage}.{name}" in word.settings for word in self.words)

    def _differs(self, stage: str, name: str) -> bool:
        held = self.procedure[stage]
        standard = getattr(held, "__dataclass_fields__", {}).get(name)
        return standard is not None and standard.default != getattr(held, name)


def _declared(held: object) -> dict[str, Parameter]:
    return parameters(held) if is_dataclass(held) else {}
