"""One machine: it takes a load, prepares, works, waits for what it needs, and lets go; it never computes chemistry."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from simpy.events import Event, Timeout

from twin.line import booking
from twin.line.asking import ask
from twin.line.item import Item
from twin.line.preparing import Job, is_due, preparations
from twin.line.state import BLOCKED, BUSY, CREW_WAIT, IDLE, LAB_WAIT, MAINTENANCE
from twin.line.statelog import StateLog
from twin.line.stop import Stopper
from twin.line.wear import WearClock
from twin.stage import MACHINE, WEB, Outcome

if TYPE_CHECKING:  # a unit belongs to a station
    from twin.line.station import Station


class Unit:
    """One machine of a station.

    Attributes:
        number: Its place among the machines of its station, from 1.
        log: Its states.
        on_finish: The method that ends an operation, bound once.
        items: The lots in it.
        outs: What the running operation will have done to each of them, stage by stage.
        step: Which operation of the procedure runs. [1]
        due: The event that it waits for; any other that comes is stale.
        ready_at: When ``due`` comes. [s]
        left: Time that was left of it when the machine was halted; None while it is not. [s]
        halts: How many stops hold it. [1]
        halted_in: State in which it was halted; ``halted_at`` when. [s]
        started: When the running operation began. [s]
        stopped: How long the running operation has stood still; ``interruptions`` how often. [s]
        work_time: Time that the running operation takes without stops. [s]
        service: Time worked since the last maintenance. [s]
        jobs: Work on the machine itself that comes before the lots.
        granted: Whether the people that it asked for are here.
        last: Product treated last.
        batch: Count of its loads. [1]
        counters: What counts towards each maintenance, and the web coated of each product.
        uncounted: What stages are told as long as nothing counts.
    """

    __slots__ = (
        "batch", "counters", "due", "granted", "halted_at", "halted_in", "halts", "interruptions", "items", "jobs",
        "key", "last", "left", "line", "log", "name", "number", "on_finish", "outs", "ready_at", "service", "started",
        "station", "step", "stopped", "stops", "uncounted", "wear", "work_time",
    )  # fmt: skip

    def __init__(self, station: "Station", name: str, number: int) -> None:
        self.station = station
        self.line = station.line
        self.name = name
        self.number = number
        self.key = f"unit {name}"
        self.log = StateLog(station.line, name)
        self.on_finish = self.finish
        self.items: list[Item] = []
        self.outs: list[tuple[Item, str, Outcome]] = []
        self.step = 0
        self.due: Event | None = None
        self.ready_at = 0.0
        self.left: float | None = None
        self.halts = 0
        self.halted_in = IDLE
        self.halted_at = 0.0
        self.stopped = 0.0
        self.interruptions = 0
        self.work_time = 0.0
        self.service = 0.0
        self.started = 0.0
        self.jobs: list[Job] = []
        self.granted = False
        self.last = ""
        self.batch = 0
        self.counters: dict[str, float] = {}
        nothing = dict.fromkeys([work.counter for work in station.maintenances], 0.0)
        self.uncounted: Mapping[str, float] = {**nothing, WEB: 0.0, MACHINE: number - 1.0}
        self.wear = WearClock(self, station.wears) if station.wears else None
        self.stops = [Stopper(self, outage) for outage in station.outages if outage.unit in {0, number}]

    def stoppers(self) -> list[Stopper]:
        """List all that may stop it, one for each cause."""
        return [*self.stops, *(self.wear.stoppers if self.wear else ())]

    # -- taking and preparing -----------------------------------------------------------------------------------------

    def take(self, items: list[Item]) -> None:
        """Take a load: prepare for it if need be, then work on it."""
        self.items = items
        self.batch += 1
        if self.station.prepares:
            self.jobs = preparations(self.station, self)
            self.prepare()
        else:
            self.work()

    def prepare(self) -> None:
        """Do the next job on the machine itself, or begin with the lots."""
        if not self.jobs:
            self.start_work()
            return
        job = self.jobs[0]
        if job.crew is not None and not self._have(job.crew, job.people):
            return
        self.log.enter(job.state)
        self.started = self.line.env.now
        self.wait(job.duration, self.prepared)

    def _have(self, crew: str, people: int) -> bool:
        if not self.granted:
            self.log.enter(CREW_WAIT)
            self.granted = self.line.crews[crew].ask(self, people)
        return self.granted

    def has(self, crew: str) -> bool:
        """Say whether people of this crew are at the machine now."""
        if not self.granted:
            return False
        needs = self.station.crew
        return crew == (self.jobs[0].crew if self.jobs else needs and needs[0])

    def _give_back(self, crew: str, people: int) -> None:
        self.granted = False
        self.line.crews[crew].give_back(people)

    def wait(self, duration: float, then: Callable[[Event], None]) -> None:
        """Wait for a time, then go on with a method of this machine. [s]"""
        self.ready_at = self.line.env.now + duration
        self.due = self.line.after(duration, then)

    def prepared(self, event: Event) -> None:
        """Finish a job."""
        if event is not self.due:
            return
        self.due = None
        job = self.jobs.pop(0)
        if job.crew is not None:
            self._give_back(job.crew, job.people)
        if job.state == MAINTENANCE:
            self.counters[job.name] = 0.0
            self.service = 0.0
            self.line.write_stoppage(self, job.name, self.started, self.started)
        self.prepare()

    def start_work(self) -> None:
        """Begin with the lots once the people that it needs are there."""
        if not self.items:
            self.freed()
            return
        needs = self.station.crew
        if needs is None or self._have(*needs):
            self.work()

    def crew_came(self) -> None:
        """Go on when the people have come; while the machine is down they wait with it."""
        self.granted = True
        if not self.halts:
            self.prepare()

    # -- working ------------------------------------------------------------------------------------------------------

    def work(self) -> None:
        """Ask the stages what will become of the load, and work as long as the slowest takes."""
        log, env = self.log, self.line.env
        self.started = now = env.now
        self.stopped, self.interruptions = 0.0, 0
        self.work_time = longest = ask(self)
        wear = self.wear
        if wear is not None and wear.folds:
            longest, pieces = wear.fold(longest)
            log.start(pieces)
        else:
            log.resumed = now
            log.done = 0.0
        if log.state != BUSY:
            log.enter(BUSY)
        self.ready_at = now + longest
        self.due = due = Timeout(env, longest)
        due.callbacks.append(self.on_finish)
        if wear is not None and not wear.folds:
            wear.count_operation()
            wear.arm(longest)

    def finish(self, event: Event) -> None:
        """End the operation: the lots become what the stages said."""
        if event is not self.due:
            return
        self.due = None
        self.service += self.work_time
        wear = self.wear
        if wear is not None:
            if wear.folds:
                self.log.start([])
            else:
                wear.use(self.line.env.now - self.log.resumed)
        station = self.station
        if self.granted and station.crew is not None:
            self._give_back(*station.crew)
        booking.book(station, self)
        if not station.gated:
            self.release()
        elif station.samplings and booking.sampled(station, self):
            self.log.enter(LAB_WAIT)
        else:
            self.judged()

    def reported(self, item: Item) -> None:
        """Hear from the laboratory; when all samples are back and the machine runs, go on."""
        self.station.awaited.discard(item.lot.number)
        if not self.halts and not self.station.awaits(self):
            self.judged()

    def judged(self) -> None:
        """Go on after the verdicts: once more, to the next operation, or out."""
        station = self.station
        self.items = [item for item in self.items if item.results is None or station.judge(item)]
        if not self.items:
            self.step = 0
            self.freed()
        elif station.stays(self):
            self.start_work()
        else:
            self.step = 0
            self.items = station.divide(self.items)
            self.release()

    # -- letting go ---------------------------------------------------------------------------------------------------

    def release(self) -> None:
        """Send the lots on; what finds no room stays and blocks the machine."""
        station = self.station
        held = None
        for item in self.items:
            to = station.next or station.destination(item)
            if not to.offer(item):
                held = [*(held or ()), item]
                to.blocked.append((self, item))
        if held:
            self.items = held
            self.log.enter(BLOCKED)
        else:
            self.freed()

    def moved(self, item: Item) -> None:
        """Learn that a lot that blocked the machine has gone."""
        self.items.remove(item)
        if not self.items:
            self.freed()

    def freed(self) -> None:
        """Take the next load or wait for one."""
        self.items = []
        if self.halts:
            self.halted_in = IDLE
            return
        station = self.station
        if station.maintenances and is_due(station, self):
            self.take([])
            return
        load = station.pull(self)
        if load is None:
            station.rest(self)
        else:
            self.take(load)
            if station.inbound.blocked or station.inbound.pullers:
                station.inbound.vacated()

    def maintain(self, event: Event) -> None:
        """Make planned maintenance due; a machine that waits does it now."""
        number: int = event.value  # type: ignore[assignment] # set when it was put on the agenda
        work = self.station.maintenances[number]
        self.counters[work.name] = work.every
        self.line.after(work.every, self.maintain, number)
        if self.station.withdraw(self):
            self.take([])

    # -- being stopped ------------------------------------------------------------------------------------------------

    def worn(self, event: Event) -> None:
        """Stop for the wear that strikes now."""
        if self.wear is not None and event is self.wear.due:
            number: int = event.value  # type: ignore[assignment] # set when it was put on the agenda
            self.wear.stoppers[number].strike(event)
