"""How a constant is declared: value, unit, range and source stand beside each other, once."""

from dataclasses import Field, dataclass, field, fields
from typing import Any, Literal

Evidence = Literal["patent", "literature", "computed", "estimate"]
LONGEST = 60 * 86400.0  # s, end of the range of a time that has none of its own: no step of this line takes longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What is known of one constant beside its value.

    Attributes:
        unit: SI unit in which the value is held, as the border of units reads it.
        low: Smallest value that physics or the machine allows.
        high: Largest value that physics or the machine allows.
        source: Patent paragraph, paper, or assumption id such as ``A-07``.
        about: What the constant is, in one sentence.
        shop: Unit in which an engineer reads and writes it.
        evidence: How well it is known; an estimate is called one, in the data too. A plan says of what it changes
            ``scenario``, or to which data it is fitted.
        limit: Whose limit the range is, where the source of the value does not say it.
        choices: The only values there are; empty where the range says it.
        named: Values that have a name and are read and written by it, such as ``idle``.
    """

    unit: str
    low: float
    high: float
    source: str
    about: str
    shop: str
    evidence: str
    limit: str = ""
    choices: tuple[float, ...] = ()
    named: tuple[tuple[str, float], ...] = ()

    def accepts(self, value: float) -> bool:
        """Say whether the value lies inside the range and is a choice where there are any; NaN never is."""
        return self.low <= value <= self.high and (not self.choices or value in self.choices)


def param(
    default: float | str,
    unit: str = "",
    *,
    low: float = 0.0,
    high: float | None = None,
    source: str,
    about: str,
    shop: str | None = None,
    evidence: Evidence = "estimate",
    limit: str = "",
    choices: tuple[float, ...] = (),
    named: tuple[tuple[str, float], ...] = (),
) -> Any:  # noqa: ANN401 - dataclasses.field itself is typed so
    """Declare one constant of a frozen dataclass together with its unit, range and source.

    A time without an upper end of its own ends after 60 days, anything else has none then.

    >>> @dataclass(frozen=True, kw_only=True)
    ... class Dryer:
    ...     temperature: float = param(373.15, "K", low=293.15, high=523.15, source="A-01",
    ...                                about="Air temperature.", shop="degC")
    >>> parameters(Dryer)["temperature"].shop
    'degC'
    """
    if high is None:
        high = LONGEST if unit == "s" else float("inf")
    about_it = Parameter(
        unit=unit, low=low, high=high, source=source, about=about, shop=shop or unit, evidence=evidence, limit=limit,
        choices=choices, named=named,
    )  # fmt: skip
    return field(default=default, metadata={"parameter": about_it})


def _declared(one: "Field[Any]") -> Parameter | None:
    return one.metadata.get("parameter")


def parameters(settings: Any) -> dict[str, Parameter]:  # noqa: ANN401 - any dataclass or instance of one
    """List what is declared of each constant of a dataclass, in the order of its fields."""
    found = ((one.name, _declared(one)) for one in fields(settings))
    return {name: known for name, known in found if known is not None}
