"""What the forms of the flows ask for; ranges and units stand in descriptions, since the page shows no bounds."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from prefect import runtime
from pydantic import Field

SeedRule = Literal["fixed", "by date"]
Scenario = Annotated[str, Field(min_length=1, max_length=200)]
Settings = Annotated[list[Annotated[str, Field(max_length=300)]] | None, Field(max_length=100)]
Bands = Annotated[list[Annotated[str, Field(max_length=200)]] | None, Field(max_length=50)]
Replications = Annotated[int | None, Field(ge=1, le=100_000)]
Executor = Annotated[str, Field(max_length=200)] | None
Workers = Annotated[int | None, Field(ge=1, le=256)]


def seed_of(seed: int | None, rule: SeedRule) -> int | None:
    """Return the seed that a rule gives; with ``by date`` the day on which the flow run was due.

    Args:
        seed: Seed that was asked for; None for the scenario's.
        rule: The rule.
    """
    if rule == "fixed":
        return seed
    due: datetime = runtime.flow_run.scheduled_start_time or datetime.now(UTC)
    return int(f"{due:%Y%m%d}")
