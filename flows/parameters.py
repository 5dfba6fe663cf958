"""What the forms of the flows ask for; ranges and units stand in descriptions, since the page shows no bounds."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from prefect import get_client, runtime
from pydantic import Field

from flows.work import patiently

SeedRule = Literal["fixed", "by date"]
Scenario = Annotated[str, Field(min_length=1, max_length=200)]
Setting = Annotated[str, Field(max_length=300)]
Settings = Annotated[list[Setting] | None, Field(max_length=100)]
Bands = Annotated[list[Annotated[str, Field(max_length=200)]] | None, Field(max_length=50)]
Over = Annotated[list[Annotated[str, Field(max_length=2000)]] | None, Field(max_length=20)]
Points = Annotated[
    list[Annotated[dict[Annotated[str, Field(max_length=100)], Setting], Field(min_length=1, max_length=20)]] | None,
    Field(max_length=1000),
]
Fits = Annotated[list[Annotated[str, Field(max_length=500)]] | None, Field(max_length=20)]
Folder = Annotated[str | None, Field(max_length=500)]
Word = Annotated[str | None, Field(max_length=20)]
Replications = Annotated[int | None, Field(ge=1, le=100_000)]
Executor = Annotated[str, Field(max_length=200)] | None
Workers = Annotated[int | None, Field(ge=1, le=256)]
Seed = Annotated[int | None, Field(ge=0, le=2**63 - 1)]  # as of study.seed
Days = Annotated[float | None, Field(ge=1.0 / 24.0, le=3660.0)]  # as of study.horizon


def seed_of(seed: int | None, rule: SeedRule) -> int | None:
    """Return the seed that a rule gives; with ``by date`` the day on which the flow run was due.

    Args:
        seed: Seed that was asked for; None for the scenario's.
        rule: The rule.
    """
    if rule == "fixed":
        return seed
    due: datetime = runtime.flow_run.scheduled_start_time or datetime.now(UTC)
    return day(due, _zone())


def day(due: datetime, zone: str) -> int:
    """Return a day as a number, as the clocks of a time zone show it.

    >>> day(datetime(2026, 3, 29, 23, 0, tzinfo=UTC), "Europe/Berlin")  # 01:00 of the 30th there
    20260330
    """
    return int(f"{due.astimezone(ZoneInfo(zone)):%Y%m%d}")


def _zone() -> str:
    """Return the time zone in which this flow run's deployment is scheduled; UTC without one."""
    deployment = runtime.deployment.id
    if not deployment:
        return "UTC"

    def own() -> str:
        with get_client(sync_client=True) as client:
            return zone_of(client.read_deployment(UUID(str(deployment))).schedules)

    return patiently(own)


def zone_of(schedules: Iterable[Any]) -> str:
    """Return the time zone of schedules: of those that are active, the first that names one.

    Args:
        schedules: Schedules of a deployment.
    """
    zones = [(not one.active, at, getattr(one.schedule, "timezone", None)) for at, one in enumerate(schedules)]
    return next((zone for _, _, zone in sorted(zones) if zone), "UTC")
