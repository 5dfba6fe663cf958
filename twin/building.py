"""From a plan to a line: one function a station, in the order of the process."""

from collections.abc import Mapping, Sequence

from twin.laboratory import LAB, SAMPLINGS, analysis_time
from twin.limit import Limit
from twin.line.buffer import Buffer, Exit
from twin.line.calendar import Calendar, Campaign
from twin.line.crew import Crew
from twin.line.distribution import Constant, Distribution, Exponential, Lognormal, Service, Triangular
from twin.line.lab import Desk
from twin.line.line import Line
from twin.line.rules import Changeover, Cut, Load, Path, Pool
from twin.line.station import Procedure, Station
from twin.line.stop import Maintenance, Outage, Wear
from twin.line.supply import Replenishment
from twin.plan import Plan
from twin.plant import DAY, HOUR, Machine
from twin.prices import price_list
from twin.records import Records

CLAD, FILM = "clad_laminate", "adhesive_film"
MINUTE = 60.0
INF = float("inf")


def build(plan: Plan, seed: int, replication: int, records: Records | None) -> Line:
    """Build the line of a plan for one replication; nothing has happened yet."""
    line = Line(seed=seed, replication=replication, records=records, prices=price_list())
    _places(line, plan)
    _people(line, plan)
    for make in (_reactor, _filter_dryer, _varnish_tank, _coater, _oven, _press, _laser):
        make(line, plan)
    return line


def products(plan: Plan) -> tuple[str, ...]:
    """List the products that have a turn on the coater."""
    stocks = plan.plant.stocks
    turns = {CLAD: stocks.campaign_clad, FILM: stocks.campaign_film}
    return tuple(name for name, turn in turns.items() if turn > 0.0)


def _places(line: Line, plan: Plan) -> None:
    plant, stocks = plan.plant, plan.plant.stocks
    line.exits["shipped"] = Exit(line, "shipped", "shipped")
    powder_life = {CLAD: stocks.powder_life, FILM: stocks.powder_life}
    varnish_life = {CLAD: stocks.varnish_life_clad, FILM: stocks.varnish_life_film}
    buffers: Sequence[tuple[str, float, Mapping[str, float] | None]] = (
        ("reactor orders", 0, None),
        ("dope", plant.filter_dryer.places, None),
        ("powder stock", INF, powder_life),
        ("varnish", plant.coater.places, varnish_life),
        ("predried rolls", plant.oven.places, {CLAD: stocks.roll_life}),
        ("film panels", plant.press.places, None),
        ("panels", plant.laser.places, None),
        (LAB, INF, None),
    )
    for name, places, life in buffers:
        line.buffers[name] = Buffer(line, name, places, life=life)


def _people(line: Line, plan: Plan) -> None:
    people = plan.plant.people
    line.crews["operators"] = Crew(line, "operators", int(people.operators))
    line.crews["menders"] = Crew(line, "menders", int(people.menders))
    line.exits["desk"] = Desk(line, "desk")
    hours = Calendar(DAY, ((people.lab_open, people.lab_close),))
    procedures: dict[str, Procedure] = {}
    for samplings in SAMPLINGS.values():
        for sampling in samplings:
            for product in products(plan):
                time = analysis_time(sampling.stage, people.lab_delay)
                procedures[f"{product}/{sampling.stage}"] = [[Service(time)]]
    line.stations["laboratory"] = Station(
        line, "laboratory", procedures, line.buffers[LAB], paths=[Path("desk")], servers=int(people.analysts),
        calendar=hours,
    )  # fmt: skip


def _procedures(plan: Plan, operations: Sequence[Sequence[str]]) -> dict[str, Procedure]:
    return {
        name: [[plan.products[name].procedure[stage] for stage in stages] for stages in operations]
        for name in products(plan)
        if all(stage in plan.products[name].procedure for stages in operations for stage in stages)
    }


def _limits(plan: Plan) -> dict[tuple[str, str], tuple[Limit, ...]]:
    found = {}
    for name, product in plan.products.items():
        for stage in product.procedure:
            judged = [limit for limit in product.specification if limit.stage == stage]
            found[name, stage] = tuple(limit for limit in judged if limit.kind in {"property", "recipe"})
    return found


def _outages(machine: Machine, name: str, warm_up: float) -> list[Outage]:
    """List the failures that come with time, and the one stop that a scenario may ask for."""
    outages = [Outage(f"{name} failure", Exponential(machine.mtbf), Lognormal(machine.mttr, 0.5), "menders")]
    if machine.down_unit and machine.down_for > 0.0:
        start = Constant(warm_up + machine.down_from)
        outages.append(
            Outage(f"{name} stopped", start, Constant(machine.down_for), unit=int(machine.down_unit), times=1)
        )
    return outages


def _pairs(same: Distribution | None, other: Distribution, plan: Plan) -> dict[tuple[str, str], Distribution]:
    names = products(plan)
    times = {(one, two): other for one in names for two in names if one != two}
    return times | {(one, one): same for one in names if same is not None}


def _hours(low: float, mode: float, high: float) -> Triangular:
    return Triangular(low * HOUR, mode * HOUR, high * HOUR)


def _reactor(line: Line, plan: Plan) -> None:
    machine, stocks = plan.plant.reactor, plan.plant.stocks
    targets = {CLAD: stocks.powder_target_clad, FILM: stocks.powder_target_film}
    batches = {CLAD: stocks.powder_batch_clad, FILM: stocks.powder_batch_film}
    names = products(plan)
    supply = Replenishment(
        line, "orders", {name: targets[name] for name in names}, {name: batches[name] for name in names},
        "powder stock",
    )  # fmt: skip
    line.supplies["orders"] = supply
    line.buffers["reactor orders"].supply = supply
    line.stations["reactor"] = Station(
        line, "reactor", _procedures(plan, (("synthesis",), ("imidization",))), line.buffers["reactor orders"],
        paths=[Path("dope")], servers=int(machine.count),
        changeover=Changeover(_pairs(_hours(1.0, 1.5, 2.0), _hours(5.0, 7.0, 10.0), plan), "operators", 2),
        wears=[
            Wear("agitator seal", Exponential(2000 * HOUR), Lognormal(16 * HOUR, 0.3), crew="menders"),
            Wear("chiller", Exponential(1500 * HOUR), Lognormal(6 * HOUR, 0.3), crew="menders"),
        ],
        outages=_outages(machine, "reactor", plan.study.warm_up), limits=_limits(plan), samplings=SAMPLINGS["reactor"],
    )  # fmt: skip


def _filter_dryer(line: Line, plan: Plan) -> None:
    machine = plan.plant.filter_dryer
    line.stations["filter-dryer"] = Station(
        line, "filter-dryer", _procedures(plan, (("precipitation",),)), line.buffers["dope"],
        paths=[Path("powder stock")], servers=int(machine.count),
        changeover=Changeover(_pairs(_hours(0.3, 0.5, 1.0), _hours(2.0, 3.0, 5.0), plan), "operators", 1),
        wears=[Wear("filter blinding", Exponential(300 * HOUR), Lognormal(3 * HOUR, 0.3))],
        outages=_outages(machine, "filter-dryer", plan.study.warm_up), limits=_limits(plan),
        samplings=SAMPLINGS["filter-dryer"], requeues=True,
    )  # fmt: skip


def _campaign(plan: Plan, lead: float) -> Campaign:
    stocks = plan.plant.stocks
    turns = ((CLAD, stocks.campaign_clad), (FILM, stocks.campaign_film), ("", stocks.campaign_rest))
    return Campaign(tuple((name, turn) for name, turn in turns if turn > 0.0), lead)


def _varnish_tank(line: Line, plan: Plan) -> None:
    machine, stocks = plan.plant.varnish_tank, plan.plant.stocks
    charges = {CLAD: stocks.charge_clad, FILM: stocks.charge_film}
    line.stations["varnish tank"] = Station(
        line, "varnish tank", _procedures(plan, (("dissolution",),)), line.buffers["powder stock"],
        paths=[Path("varnish", product=name, cut=Cut("mass", charges[name])) for name in products(plan)],
        servers=int(machine.count),
        pool=Pool(
            {CLAD: stocks.varnish_powder_clad, FILM: stocks.varnish_powder_film},
            "varnish", {CLAD: stocks.varnish_cover_clad, FILM: stocks.varnish_cover_film},
        ),
        campaign=_campaign(plan, stocks.varnish_lead),
        changeover=Changeover(_pairs(_hours(0.3, 0.5, 1.0), _hours(2.0, 3.0, 5.0), plan), "operators", 1),
        outages=_outages(machine, "varnish tank", plan.study.warm_up), limits=_limits(plan),
        samplings=SAMPLINGS["varnish tank"],
    )  # fmt: skip


def _sublots(plan: Plan) -> Cut:
    stocks = plan.plant.stocks
    return Cut("panels", float(stocks.sublot), stocks.panel_area, "panels")


def _coater(line: Line, plan: Plan) -> None:
    machine, stocks = plan.plant.coater, plan.plant.stocks
    rolls = Lognormal(12 * MINUTE, 0.0625)  # set-up of a roll 12 min, sd of the logarithm 0.25
    change = Lognormal(90 * MINUTE, 0.0625)  # change of product with die clean
    line.stations["coater"] = Station(
        line, "coater", _procedures(plan, (("coating", "predrying", "winding"),)), line.buffers["varnish"],
        paths=[
            Path("film panels", product=FILM, share=stocks.in_house_film, cut=_sublots(plan)),
            Path("shipped", product=FILM),
            Path("predried rolls", product=CLAD),
        ],
        servers=int(machine.count), campaign=_campaign(plan, 0.0),
        changeover=Changeover(_pairs(rolls, change, plan), "operators", 2),
        wears=[Wear("web break", Exponential(40 * HOUR), Lognormal(45 * MINUTE, 0.5))],
        outages=_outages(machine, "coater", plan.study.warm_up),
        maintenances=[Maintenance("die clean", DAY, Constant(40 * MINUTE), "calendar")],
        limits=_limits(plan),
    )  # fmt: skip


def _load(loading: object) -> Load:
    most, least, patience = (getattr(loading, name) for name in ("most", "least", "patience"))
    return Load(int(least), int(most), patience)


def _oven(line: Line, plan: Plan) -> None:
    if CLAD not in products(plan):
        return
    machine, stocks = plan.plant.oven, plan.plant.stocks
    line.stations["oven"] = Station(
        line, "oven", _procedures(plan, (("curing",),)), line.buffers["predried rolls"],
        paths=[
            Path("panels", product=CLAD, share=stocks.in_house_clad, cut=_sublots(plan)),
            Path("shipped", product=CLAD),
        ],
        servers=int(machine.count), load=_load(plan.plant.oven_load),
        outages=_outages(machine, "oven", plan.study.warm_up),
        maintenances=[
            Maintenance("seal service", 91 * DAY, Constant(8 * HOUR), "calendar", "menders"),
            Maintenance("trap regeneration", 15.0, Constant(2 * HOUR), "trap_load_kg"),  # after 15 kg
        ],
        limits=_limits(plan), samplings=SAMPLINGS["oven"], requeues=True,
    )  # fmt: skip


def _press(line: Line, plan: Plan) -> None:
    if FILM not in products(plan):
        return
    machine = plan.plant.press
    line.stations["press"] = Station(
        line, "press", _procedures(plan, (("lamination",),)), line.buffers["film panels"], paths=[Path("panels")],
        servers=int(machine.count), load=_load(plan.plant.press_load),
        outages=_outages(machine, "press", plan.study.warm_up), limits=_limits(plan),
    )  # fmt: skip


def _laser(line: Line, plan: Plan) -> None:
    machine = plan.plant.laser
    line.stations["laser"] = Station(
        line, "laser", _procedures(plan, (("drilling",),)), line.buffers["panels"], paths=[Path("shipped")],
        servers=int(machine.count),
        changeover=Changeover(_pairs(None, Constant(20 * MINUTE), plan), "operators", 1),
        outages=_outages(machine, "laser", plan.study.warm_up),
        maintenances=[Maintenance("optics", 500 * HOUR, Constant(8 * HOUR), "busy", "menders")],
        limits=_limits(plan),
    )  # fmt: skip
