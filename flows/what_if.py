"""The flow `what_if`: a form of the usual questions, for whoever starts it in the browser.

The page shows drop-downs and descriptions but no bounds, and no picker for unions: so each knob is a field of its own
with unit and range in its description, and a rarer one is a line of text below.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import BaseModel, ConfigDict, Field

from flows import running
from flows.answer import leave
from flows.parameters import Replications, Settings
from flows.work import DESK, Desk, Stopped, afterwards, play
from twin import study
from twin.errors import TwinError
from twin.scenario import shipped
from twin.study import Request

KEY = "what-if"
Shipped = Literal[tuple(shipped())]  # type: ignore[valid-type] # the names of the files are the choices
Precision = Literal["quick: 4 replications", "usual: 10 replications", "sharp: 30 replications"]


def _field(path: str, title: str, low: float, high: float, unit: str = "") -> Any:  # noqa: ANN401 - a field of pydantic
    """Declare a field; None leaves the scenario's value."""
    told = f"{low:g} to {high:g}{f' {unit}' if unit else ''}; None leaves it as the scenario has it. ({path})"
    return Field(None, title=title, description=told, ge=low, le=high, json_schema_extra={"knob": path, "unit": unit})


class Machines(BaseModel):
    """How many machines there are."""

    model_config = ConfigDict(extra="forbid")
    ovens: int | None = _field("plant.oven.count", "Curing ovens", 1, 100)
    lasers: int | None = _field("plant.laser.count", "Lasers", 1, 100)
    coaters: int | None = _field("plant.coater.count", "Coaters", 1, 100)
    oven_load: int | None = _field("plant.oven_load.most", "Most rolls in one oven load", 1, 1000)


class Recipe(BaseModel):
    """What is done to the film; a value outside a patent's window is simulated, and its lots carry the claim."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    predry_zone_1: float | None = _field("predrying.zone_1", "Air of the first dryer zone, degC", 25, 250, "degC")
    laminate_speed: float | None = _field(
        "clad_laminate.coating.speed", "Web speed of the clad laminate, m/min", 0.3, 60, "m/min"
    )
    film_thickness: float | None = _field(
        "adhesive_film.coating.dry_thickness", "Thickness of the dry adhesive film, um", 1, 60, "um"
    )
    cure_temperature: float | None = _field(
        "curing.inert_temperature", "Curing oven in inert gas, degC", 20, 450, "degC"
    )
    cure_hours: float | None = _field("curing.inert_time", "Curing time in inert gas, h", 0, 200, "h")


def changes(*groups: BaseModel) -> tuple[str, ...]:
    """Return what the filled-in fields change, as ``path=value unit``."""
    found = []
    for group in groups:
        for name, field in type(group).model_fields.items():
            value, known = getattr(group, name), field.json_schema_extra
            if value is not None and isinstance(known, Mapping):
                found.append(f"{known['knob']}={value:g} {known['unit']}".strip())
    return tuple(found)


@flow(
    name="what_if",
    flow_run_name="what if {scenario}",
    task_runner=ThreadPoolTaskRunner(max_workers=study.MOST_BLOCKS),  # type: ignore[arg-type] # a runner of threads
    timeout_seconds=12 * 3600.0,
    persist_result=False,
)
def what_if(
    scenario: Shipped = "baseline",  # type: ignore[valid-type] # as above
    machines: Machines = Machines(),  # noqa: B008 - a default that the form shows, and that nothing changes
    recipe: Recipe = Recipe(),  # noqa: B008 - as above
    more: Settings = None,
    precision: Precision = "usual: 10 replications",
    days: Annotated[float, Field(ge=1.0, le=3660.0)] = 28.0,
    replications: Replications = None,
    compare: bool = True,  # noqa: FBT001, FBT002 - a box to tick
) -> State:
    """Ask the line a question, and find the answer on this run's page under Artifacts.

    Args:
        scenario: Where to start from; twin scenarios lists the question that each asks.
        machines: How many machines there are.
        recipe: What is done to the film.
        more: Further changes, each like `curing.vacuum_time=20 h`; twin describe lists them all.
        precision: How sure the answer is to be; four times as many replications halve an interval.
        days: Measured time after the warm-up, 1 to 3660 d.
        replications: A number of replications in place of the precision above, 1 to 100000.
        compare: Simulate the scenario without these changes too, with the same random numbers, and show what changes.
    """
    count = replications or int(precision.split()[1])
    sets = (*changes(machines, recipe), *(more or ()))
    request = Request(scenario=str(scenario), sets=sets, replications=count, days=days)
    desk = DESK.get() or Desk()
    try:
        with running.present(str(runtime.flow_run.id)):
            request.plan()  # refused before anything is computed
            base = play(replace(request, sets=()), f"{KEY}-as-it-is", desk) if compare and sets else None
            desk.result = done = play(request, KEY, desk)
            told = afterwards(lambda: leave(done, KEY, asked=sets, base=base), f"run {done.run_id} is published")
    except TwinError as error:
        desk.error = error
        return Failed(message=str(error))
    except Stopped:
        return Cancelled(message="cancelled; what was finished is in the store.")
    return Completed(message=told, data=desk.result.run_id)
