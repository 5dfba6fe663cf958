"""Automations that the project ships: a run whose heart has stopped is marked crashed; a KPI off its band is told."""

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from prefect import get_client
from prefect.automations import Automation
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, SendNotification
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.exceptions import ObjectNotFound
from prefect.types import SecretDict
from prefect.variables import Variable

from flows.answer import LEFT
from flows.notify import fingerprint, is_same
from flows.reconcile import HEART
from flows.safety import HEARTBEAT

HEARTBEATS = "filmtwin: no heartbeat"
BANDS = "filmtwin: KPI left its band"
ROUTE = "filmtwin-notify"
GIVEN = "filmtwin-notify-given"  # variable of the server: fingerprint of the address that was given last
NOWHERE = "http://127.0.0.1:9/"  # the port that discards; the automation is off until somebody names another one
MISSED = 3  # heartbeats that may fail to come: one late one on a busy machine is no death
EARLIER: frozenset[str] = frozenset()  # digests of what earlier versions have shipped; see `register`
FINAL = ("Completed", "Failed", "Crashed", "Cancelled", "TimedOut", "CachedCompleted", "RolledBack")
PAUSED = ("Paused", "Suspended", "AwaitingRetry", "Retrying", "Scheduled", "Late")


def no_heartbeat() -> Automation:
    """Mark a flow run crashed that has given signs of life, then none for three heartbeats, and has not ended."""
    over = {f"prefect.flow-run.{state}" for state in (*FINAL, *PAUSED)}
    return Automation(
        name=HEARTBEATS,
        description="A process that was killed cannot say so; three heartbeats without a sign say it for it.",
        trigger=EventTrigger(
            after={HEART}, expect={HEART, *over}, match={"prefect.resource.id": "prefect.flow-run.*"},
            for_each={"prefect.resource.id"}, posture=Posture.Proactive, threshold=1,
            within=timedelta(seconds=MISSED * HEARTBEAT),
        ),
        actions=[
            ChangeFlowRunState(
                name="Crashed", state=StateType.CRASHED, force=False,
                message=f"no sign of life for {MISSED * HEARTBEAT} s: its process was killed.",
            )
        ],
    )  # fmt: skip


def off_band(block: UUID, *, on: bool) -> Automation:
    """Send a notification when a number has left its band.

    Args:
        block: Notification block that says where to.
        on: Whether it is active.
    """
    return Automation(
        name=BANDS,
        description=f"Where to: the block {ROUTE}. Change its address, then switch this on; or FILMTWIN_NOTIFY.",
        enabled=on,
        trigger=EventTrigger(expect={LEFT}, posture=Posture.Reactive, threshold=1),
        actions=[
            SendNotification(
                block_document_id=block, subject="filmtwin: {{ event.payload.scenario }} left its band",
                body="{{ event.payload.text }} (run {{ event.payload.run_id }})",
            )
        ],
    )  # fmt: skip


def register(notify: str = "") -> None:
    """Put the shipped automations on the server: new ones, and in place of what an earlier version has shipped.

    What somebody has changed stays as it is, and what was switched on or off stays so.

    Args:
        notify: Address that takes notifications as JSON, which are switched on where it is another one than was given
            the last time; empty to leave the route as it is. The block keeps it as a secret, which the server shows to
            nobody; what a person makes of the block stays until another address is given.
    """
    known_route = _known_route()
    is_new = bool(notify) and (known_route is None or not is_same(notify, str(Variable.get(GIVEN, ""))))
    route = _put_route(notify) if is_new or known_route is None else known_route
    for automation in (no_heartbeat(), off_band(route, on=bool(notify))):
        known = _of_name(automation.name)
        if known is None:
            automation.create()
            continue
        if digest(known) in EARLIER:
            automation.id, automation.enabled = known.id, known.enabled
            automation.update()
        if is_new and automation.name == BANDS:
            known.enable()
    if is_new:  # last of all: what fails before is done again at the next start
        Variable.set(GIVEN, fingerprint(notify), overwrite=True)


def digest(automation: Automation) -> str:
    """Return the fingerprint of what an automation waits for and does, wherever it stands."""
    told = automation.model_dump(mode="json", include={"trigger", "actions"})
    return sha256(json.dumps(_plain(told), sort_keys=True).encode()).hexdigest()[:16]


def _plain(told: Any) -> Any:  # noqa: ANN401 - plain data
    """Return data without the ids that each server gives, lists in one order since they were sets."""
    if isinstance(told, dict):
        return {name: _plain(one) for name, one in told.items() if name not in {"id", "block_document_id"}}
    return sorted(map(_plain, told), key=str) if isinstance(told, list) else told


def _known_route() -> UUID | None:
    """Return the block that says where notifications go; None where there is none."""
    with get_client(sync_client=True) as client:
        try:
            return client.read_block_document_by_name(ROUTE, "custom-webhook", include_secrets=False).id
        except ObjectNotFound:
            return None


def _put_route(notify: str) -> UUID:
    """Let the block say where notifications go: to an address, or to nobody where it is empty."""
    block = _block("{{address}}", address=notify) if notify else _block(NOWHERE)
    return UUID(str(block.save(ROUTE, overwrite=True)))


def _block(url: str, **secrets: str) -> CustomWebhookNotificationBlock:
    body = {"title": "{{subject}}", "text": "{{body}}"}
    return CustomWebhookNotificationBlock(
        name=ROUTE, url=url, json_data=body, headers=None, cookies=None, secrets=SecretDict(secrets)
    )


def _of_name(name: str) -> Automation | None:
    with get_client(sync_client=True) as client:
        found = client.read_automations_by_name(name)
    return Automation(**found[0].model_dump()) if found else None
