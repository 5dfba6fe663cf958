"""The states of a machine, and what SEMI E10 and ISO 22400 call them.

Planned maintenance is APMT: planned operation time, but not planned busy time (OPC 40001-1 v1.03, Table 68).
"""

from typing import NamedTuple


class MachineState(NamedTuple):
    """One state of a machine.

    Attributes:
        name: As it stands in tables and on the screen.
        semi_e10: Basic state of SEMI E10.
        iso_22400: Time element of ISO 22400-2.
    """

    name: str
    semi_e10: str
    iso_22400: str


STATES = (
    MachineState("idle", "standby", "ADET"),
    MachineState("busy", "productive", "APT"),
    MachineState("blocked", "standby", "ADET"),
    MachineState("set-up", "scheduled down", "AUST"),
    MachineState("down", "unscheduled down", "ADOT"),
    MachineState("waiting for repair", "unscheduled down", "ADOT"),
    MachineState("maintenance", "scheduled down", "APMT"),
    MachineState("waiting for crew", "standby", "ADET"),
    MachineState("waiting for lab", "standby", "ADET"),
    MachineState("off shift", "non-scheduled", "not planned"),
)
IDLE, BUSY, BLOCKED, SETUP, DOWN, REPAIR_WAIT, MAINTENANCE, CREW_WAIT, LAB_WAIT, OFF_SHIFT = range(len(STATES))
