"""A station: machines of one kind side by side before one buffer, and the rules by which they work."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simpy.events import Event

from twin.draws import Draws
from twin.line import booking, dividing
from twin.line.buffer import Buffer, Place
from twin.line.calendar import Calendar, Campaign
from twin.line.gate import Limits
from twin.line.item import Item
from twin.line.lab import Quarantine, refuse_lost_operations
from twin.line.refusing import refuse_impossible
from twin.line.rules import Changeover, Load, Path, Pool, Sampling
from twin.line.state import IDLE, OFF_SHIFT
from twin.line.stop import Maintenance, Outage, Wear
from twin.line.unit import Unit
from twin.stage import Stage

if TYPE_CHECKING:  # a station belongs to the line
    from twin.line.line import Line

Procedure = Sequence[Sequence[Stage]]
Bound = tuple[tuple[Stage, Draws], ...]


class Station:
    """Machines of one kind before one buffer.

    Attributes:
        procedures: By product (``""`` for any other): operations one after the other, each of stages that overlap.
        inbound: The buffer before it.
        free: Machines that wait for a load.
        closed: Whether its shift is over.
        visits: Where its visits are written down; None to write nothing.
        gated: Whether anything is asked between an operation and the way out: a verdict, a sample, a cut, another one.
        by_product: Whether its machines book their time to the product of the lot in them.
        prepares: Whether anything may have to be done before a load.
        leaves_for_rework: Whether a lot that is repeated is not in the machine, or not alone in it.
        waking: When it looks again for a load that has waited long enough; -1 for never. [s]
        awaited: Numbers of the lots whose samples are in the laboratory.
        next: The only way on; None when the paths decide.
    """

    def __init__(
        self,
        line: "Line",
        name: str,
        procedures: Mapping[str, Procedure],
        inbound: Buffer,
        *,
        paths: Sequence[Path],
        servers: int = 1,
        load: Load | None = None,
        pool: Pool | None = None,
        changeover: Changeover | None = None,
        crew: tuple[str, int] | None = None,
        calendar: Calendar | None = None,
        campaign: Campaign | None = None,
        wears: Sequence[Wear] = (),
        outages: Sequence[Outage] = (),
        maintenances: Sequence[Maintenance] = (),
        limits: Limits | None = None,
        samplings: Sequence[Sampling] = (),
        requeues: bool = False,
        by_product: bool = True,
    ) -> None:
        self.line = line
        self.name = name
        self.key = f"station {name}"
        self.code = line.code(name)
        self.procedures = procedures
        self.inbound = inbound
        inbound.station = self
        self.paths = tuple(paths)
        self.load = load
        self.pool = pool
        self.changeover = changeover
        self.crew = crew
        self.calendar = calendar
        self.campaign = campaign
        self.wears = tuple(wears)
        self.outages = tuple(outages)
        self.maintenances = tuple(maintenances)
        self.limits = limits or {}
        self.samplings = tuple(samplings)
        self.requeues = requeues
        self.closed = calendar is not None and not calendar.is_open(line.env.now)
        self.prepares = bool(changeover or maintenances or crew)
        self.by_product = by_product
        again = any(len(procedure) > 1 for procedure in procedures.values())
        self.gated = again or bool(self.limits or self.samplings or any(path.cut for path in paths))
        refuse_lost_operations(name, procedures, self.samplings)
        self.visits = None if line.records is None else line.records.visits
        self.picks = bool(load or pool or campaign)
        self.leaves_for_rework = bool(load and load.maximum > 1) or any(one.hold == "stock" for one in samplings)
        self.waking = -1.0
        self.awaited: set[int] = set()
        self.again: set[int] = set()
        self.path_counts: dict[str, int] = {}
        self.bound: list[dict[str, Bound]] = [{} for _ in range(max(map(len, procedures.values())))]
        self.quarantine = Quarantine(self)
        numbers = range(1, servers + 1)
        self.units = [Unit(self, name if servers == 1 else f"{name}-{number}", number) for number in numbers]
        self.free: deque[Unit] = deque() if self.closed else deque(self.units)
        self.resting: deque[Unit] = deque(self.units) if self.closed else deque()
        self.next: Place | None = None
        self.chance_draws = Draws(line.seed, line.replication, f"path/{name}")
        self.setup_draws = Draws(line.seed, line.replication, f"set-up/{name}")
        self.lab_draws = Draws(line.seed, line.replication, f"lab/{name}")

    def connect(self) -> None:
        """Find the only way on, if there is only one, and let the supply know whom to ask again.

        Raises:
            ValueError: It could never work as it was told.
        """
        refuse_impossible(self)
        if self.inbound.supply is not None:
            self.inbound.supply.ask_again = self.dispatch
        if self.pool is not None and self.pool.feeds:
            self.line.buffers[self.pool.feeds].pullers.append(self)
        if len(self.paths) == 1 and self.paths[0]._replace(to="") == Path(""):
            self.next = self.line.place(self.paths[0].to)

    def begin_life(self) -> None:
        """Put the first events on the agenda and take what there is."""
        now = self.line.env.now
        for unit in self.units:
            for stop in unit.stops:
                stop.begin()
            for index, work in enumerate(self.maintenances):
                if work.counter == "calendar":
                    self.line.after(work.every, unit.maintain, index)
        if self.closed:
            for unit in self.units:
                unit.log.state = OFF_SHIFT
        if self.calendar is not None:
            self.line.at(self.calendar.next_change(now), self.change_shift)
        if self.campaign is not None:
            self.line.at(self.campaign.next_change(now), self.change_campaign)
        self.dispatch()

    def change_shift(self, _event: Event) -> None:
        """Open or close; what runs is finished, what waits must wait."""
        now = self.line.env.now
        calendar: Calendar = self.calendar  # type: ignore[assignment] # only a station with one comes here
        self.line.at(calendar.next_change(now), self.change_shift)
        self.closed = not calendar.is_open(now)
        leaving, coming = (self.free, self.resting) if self.closed else (self.resting, self.free)
        while leaving:
            unit = leaving.popleft()
            unit.log.enter(OFF_SHIFT if self.closed else IDLE)
            coming.append(unit)
        self.dispatch()

    def change_campaign(self, _event: Event) -> None:
        """Begin the turn of the next product."""
        campaign: Campaign = self.campaign  # type: ignore[assignment] # only a station with one comes here
        self.line.at(campaign.next_change(self.line.env.now), self.change_campaign)
        self.dispatch()

    def wake_at(self, time: float) -> None:
        """Look again at a time, unless it looks sooner: then it finds the later time anew. [s]"""
        if time < float("inf") and not 0.0 <= self.waking <= time:
            now = self.line.env.now
            self.waking = min(time, now + max(0.0, time - now))  # SimPy may come a hair early; then it asks once more
            self.line.at(time, self.wake)

    def wake(self, _event: Event) -> None:
        """Look again: the first lot may have waited long enough."""
        if self.line.env.now >= self.waking:  # before that: it was told of a sooner time, and has looked
            self.waking = -1.0
            self.dispatch()

    # -- giving work to machines --------------------------------------------------------------------------------------

    def dispatch(self) -> None:
        """Give loads to the machines that wait, as long as there are both."""
        while self.free:
            unit = self.free[0]
            load = self.pull(unit)
            if load is None:
                self.inbound.vacated()
                return
            self.free.popleft()
            unit.take(load)
            self.inbound.vacated()

    def hand_over(self, item: Item) -> None:
        """Give a lot that has just come to the machine that has waited longest."""
        unit = self.free.popleft()
        if item.lot[1] != unit.log.product_name and self.by_product:
            unit.log.turn_to(item.lot[1])
        unit.take([item])

    def pull(self, unit: Unit) -> list[Item] | None:
        """Return the next load for a machine, or nothing."""
        if self.closed:
            return None
        if self.picks:
            load = dividing.picked(self)
        else:
            inbound = self.inbound
            if inbound.queue:
                load = [inbound.take_first()]
            elif inbound.supply is not None and (made := inbound.supply.make()) is not None:
                load = [made]
            else:
                return None
        if load and load[0].lot[1] != unit.log.product_name and self.by_product:
            unit.log.turn_to(load[0].lot[1])
        return load

    def rest(self, unit: Unit) -> None:
        """Let a machine wait."""
        unit.log.enter(OFF_SHIFT if self.closed else IDLE)
        (self.resting if self.closed else self.free).append(unit)
        if self.inbound.blocked:  # a machine that waits is itself a place, before a buffer that has none
            self.inbound.vacated()

    def withdraw(self, unit: Unit) -> bool:
        """Take a machine out of those that wait, if it is among them."""
        for waiting in (self.free, self.resting):
            if unit in waiting:
                waiting.remove(unit)
                return True
        return False

    def procedure(self, product: str) -> Procedure:
        """Return what is done with a product here: its operations."""
        return self.procedures.get(product) or self.procedures[""]

    def operation(self, step: int, product: str) -> Bound:
        """Return the stages of an operation, each with its draws."""
        return self.bound[step].get(product) or self.bind(step, product)

    def bind(self, step: int, product: str) -> Bound:
        """Give the stages of an operation their draws."""
        bound = tuple((stage, self._draws(stage, product)) for stage in self.procedure(product)[step])
        return self.bound[step].setdefault(product, bound)

    def _draws(self, stage: Stage, product: str) -> Draws:
        return Draws(self.line.seed, self.line.replication, f"{self.name}/{stage.name}/{product}")

    # -- after the work -----------------------------------------------------------------------------------------------

    def awaits(self, unit: Unit) -> bool:
        """Say whether any lot in the machine waits for the laboratory."""
        return any(item.lot.number in self.awaited for item in unit.items)

    def judge(self, item: Item) -> bool:
        """Judge a lot; say whether it goes on from here."""
        return booking.judge(self, item)

    def stays(self, unit: Unit) -> bool:
        """Say whether the machine works on: the same operation once more, or the next one."""
        if self.again and (numbers := self.again & {item.lot.number for item in unit.items}):
            self.again -= numbers
            return True
        unit.step += 1
        return unit.step < len(self.procedure(unit.items[0].lot.product))

    def divide(self, items: list[Item]) -> list[Item]:
        """Choose each lot's way on and divide it as that way asks."""
        if self.next is not None:  # nothing to choose and nothing to divide
            return items
        return dividing.divided(self, items)

    def destination(self, item: Item) -> Place:
        """Return where a lot goes from here."""
        if not item.to:
            item.to = dividing.path_of(self, item).to
        to, item.to = item.to, ""
        return self.line.place(to)

    # -- state as data ------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Write it down as plain data."""
        return {
            "free": [unit.name for unit in self.free],
            "resting": [unit.name for unit in self.resting],
            "closed": self.closed,
            "awaited": sorted(self.awaited),
            "again": sorted(self.again),
            "path_counts": self.path_counts,
            "waking": self.waking,
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Read back what ``state`` wrote."""
        units = {unit.name: unit for unit in self.units}
        self.free = deque(units[name] for name in data["free"])
        self.resting = deque(units[name] for name in data["resting"])
        self.closed = data["closed"]
        self.awaited, self.again = set(data["awaited"]), set(data["again"])
        self.path_counts, self.waking = dict(data["path_counts"]), data["waking"]
