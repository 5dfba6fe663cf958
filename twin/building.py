"""From a plan to a line: one function a station, in the order of the process."""

from collections.abc import Iterable, Mapping, Sequence

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

MINUTE = 60.0
INF = float("inf")
FULL = "trap_regeneration"  # a setting of curing
ENTRANCES = {"curing": "predried rolls", "lamination": "film panels", "drilling": "panels"}  # where lots wait for it


def build(plan: Plan, seed: int, replication: int, records: Records | None) -> Line:
    """Build the line of a plan for one replication; nothing has happened yet."""
    line = Line(seed=seed, replication=replication, records=records, prices=price_list())
    _places(line, plan)
    _people(line, plan)
    for make in (_reactor, _filter_dryer, _varnish_tank, _coater, _oven, _press, _laser):
        make(line, plan)
    for product, stage, text in plan.marks:
        line.claims.setdefault((product, stage), []).append(text)
    return line


def products(plan: Plan) -> tuple[str, ...]:
    """List the products that have a turn on the coater."""
    return tuple(name for name in plan.products if plan.plant.making(name).campaign > 0.0)


def each(plan: Plan, setting: str) -> dict[str, float]:
    """Return one setting of the making of each product."""
    return {name: float(getattr(plan.plant.making(name), setting)) for name in products(plan)}


def _places(line: Line, plan: Plan) -> None:
    plant, stocks = plan.plant, plan.plant.stocks
    line.exits["shipped"] = Exit(line, "shipped", "shipped")
    names = products(plan)
    buffers: Sequence[tuple[str, float, Mapping[str, float] | None]] = (
        ("reactor orders", 0, None),
        ("dope", plant.filter_dryer.places, None),
        ("powder stock", INF, dict.fromkeys(names, stocks.powder_life)),
        ("varnish", plant.coater.places, each(plan, "varnish_life")),
        ("predried rolls", plant.oven.places, dict.fromkeys(names, stocks.roll_life)),
        ("film panels", plant.press.places, None),
        ("panels", plant.laser.places, None),
        (LAB, INF, None),
    )
    idle = {ENTRANCES[stage] for stage in ("curing", "lamination") if not _procedures(plan, ((stage,),))}
    for name, places, life in buffers:
        if name in idle:  # no product goes there, and no station stands behind it
            continue
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
        calendar=hours, by_product=False,  # what it sees is a product's sample of a stage, not a product
    )  # fmt: skip


def _procedures(plan: Plan, operations: Sequence[Sequence[str]]) -> dict[str, Procedure]:
    """List what a station does with each product: the stages of its operations that the product has."""
    found: dict[str, Procedure] = {}
    for name in products(plan):
        has = plan.products[name].procedure
        own = [[has[stage] for stage in stages if stage in has] for stages in operations]
        if any(own):
            found[name] = [stages for stages in own if stages]
    return found


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
    machine = plan.plant.reactor
    supply = Replenishment(line, "orders", each(plan, "powder_target"), each(plan, "powder_batch"), "powder stock")
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
    turns = each(plan, "campaign") | {"": plan.plant.stocks.campaign_rest}
    return Campaign(tuple((name, turn) for name, turn in turns.items() if turn > 0.0), lead)


def _varnish_tank(line: Line, plan: Plan) -> None:
    machine = plan.plant.varnish_tank
    line.stations["varnish tank"] = Station(
        line, "varnish tank", _procedures(plan, (("dissolution",),)), line.buffers["powder stock"],
        paths=[Path("varnish", product=name, cut=Cut("mass", size)) for name, size in each(plan, "charge").items()],
        servers=int(machine.count), pool=Pool(each(plan, "varnish_powder"), "varnish", each(plan, "varnish_cover")),
        campaign=_campaign(plan, plan.plant.stocks.varnish_lead),
        changeover=Changeover(_pairs(_hours(0.3, 0.5, 1.0), _hours(2.0, 3.0, 5.0), plan), "operators", 1),
        outages=_outages(machine, "varnish tank", plan.study.warm_up), limits=_limits(plan),
        samplings=SAMPLINGS["varnish tank"],
    )  # fmt: skip


def _sublots(plan: Plan) -> Cut:
    stocks = plan.plant.stocks
    return Cut("panels", float(stocks.sublot), stocks.panel_area, "panels")


def _onward(plan: Plan, name: str, stages: Sequence[str]) -> list[Path]:
    """Ways on of a product's rolls: to the first of the stages that it has; into panels goes only a share."""
    coming = next((stage for stage in stages if stage in plan.products[name].procedure), None)
    shipped = Path("shipped", product=name)
    if coming is None:
        return [shipped]
    if coming == "curing":
        return [Path(ENTRANCES[coming], product=name)]
    share = plan.plant.making(name).in_house
    return [Path(ENTRANCES[coming], product=name, share=share, cut=_sublots(plan)), shipped]


def _coater(line: Line, plan: Plan) -> None:
    machine = plan.plant.coater
    rolls = Lognormal(12 * MINUTE, 0.0625)  # set-up of a roll 12 min, sd of the logarithm 0.25
    change = Lognormal(90 * MINUTE, 0.0625)  # change of product with die clean
    line.stations["coater"] = Station(
        line, "coater", _procedures(plan, (("coating", "predrying", "winding"),)), line.buffers["varnish"],
        paths=[path for name in products(plan) for path in _onward(plan, name, ("curing", "lamination", "drilling"))],
        servers=int(machine.count), campaign=_campaign(plan, 0.0),
        changeover=Changeover(_pairs(rolls, change, plan), "operators", 2),
        wears=[Wear("web break", Exponential(40 * HOUR), Lognormal(45 * MINUTE, 0.5), crew="operators")],
        outages=_outages(machine, "coater", plan.study.warm_up),
        maintenances=[Maintenance("die clean", DAY, Constant(40 * MINUTE), "calendar")],
        limits=_limits(plan),
    )  # fmt: skip


def _load(loading: object) -> Load:
    most, least, patience = (getattr(loading, name) for name in ("most", "least", "patience"))
    return Load(int(least), int(most), patience)


def _oven(line: Line, plan: Plan) -> None:
    machine, procedures = plan.plant.oven, _procedures(plan, (("curing",),))
    if not procedures:
        return
    full = _trap(plan, procedures)
    line.stations["oven"] = Station(
        line, "oven", procedures, line.buffers["predried rolls"],
        paths=[path for name in procedures for path in _onward(plan, name, ("lamination", "drilling"))],
        servers=int(machine.count), load=_load(plan.plant.oven_load),
        outages=_outages(machine, "oven", plan.study.warm_up),
        maintenances=[
            Maintenance("seal service", 91 * DAY, Constant(8 * HOUR), "calendar", "menders"),
            Maintenance("trap regeneration", full, Constant(2 * HOUR), "trap_load_kg"),
        ],
        limits=_limits(plan), samplings=SAMPLINGS["oven"], requeues=True,
    )  # fmt: skip


def _trap(plan: Plan, names: Iterable[str]) -> float:
    """Solvent after which the trap of an oven is regenerated: whichever product is strictest. [kg]"""
    return min(float(getattr(plan.products[name].procedure["curing"], FULL)) for name in names)


def _press(line: Line, plan: Plan) -> None:
    machine, procedures = plan.plant.press, _procedures(plan, (("lamination",),))
    if not procedures:
        return
    line.stations["press"] = Station(
        line, "press", procedures, line.buffers["film panels"], paths=[Path("panels")],
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
