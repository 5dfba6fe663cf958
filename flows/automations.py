"""Automations that the project ships: a run whose heart has stopped is marked crashed."""

from datetime import timedelta

from prefect.automations import Automation
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture

from flows.safety import HEARTBEAT

HEARTBEATS = "filmtwin: no heartbeat"
MISSED = 3  # heartbeats that may fail to come: one late one on a busy machine is no death
FINAL = ("Completed", "Failed", "Crashed", "Cancelled", "TimedOut", "CachedCompleted", "RolledBack")
PAUSED = ("Paused", "Suspended", "AwaitingRetry", "Retrying", "Scheduled", "Late")


def shipped() -> list[Automation]:
    """List the automations as they should stand on the server."""
    return [no_heartbeat()]


def no_heartbeat() -> Automation:
    """Mark a flow run crashed that has given signs of life, then none for three heartbeats, and has not ended."""
    heart = "prefect.flow-run.heartbeat"
    over = {f"prefect.flow-run.{state}" for state in (*FINAL, *PAUSED)}
    return Automation(
        name=HEARTBEATS,
        description="A process that was killed cannot say so; three heartbeats without a sign say it for it.",
        trigger=EventTrigger(
            after={heart}, expect={heart, *over}, match={"prefect.resource.id": "prefect.flow-run.*"},
            for_each={"prefect.resource.id"}, posture=Posture.Proactive, threshold=1,
            within=timedelta(seconds=MISSED * HEARTBEAT),
        ),
        actions=[
            ChangeFlowRunState(
                name="Crashed", state=StateType.CRASHED, force=False,
                message=f"no sign of life for {MISSED * HEARTBEAT} s: its process was killed."
            )
        ],
    )  # fmt: skip


def register() -> None:
    """Put the shipped automations on the server, in place of earlier versions of themselves."""
    for automation in shipped():
        for known in _of_name(automation.name):
            known.delete()
        automation.create()


def _of_name(name: str) -> list[Automation]:
    from prefect import get_client  # noqa: PLC0415 - only here a client is needed

    with get_client(sync_client=True) as client:
        found = client.read_automations_by_name(name)
    return [Automation(id=one.id, name=one.name, trigger=one.trigger, actions=one.actions) for one in found]
