"""The tables that a replication writes: what happened, in the order in which it happened."""

from twin.tables.column import Column, Kind, Table, whose


def _moment(name: str, about: str) -> tuple[Column, Column]:
    return (
        Column(f"{name}_s", "number", f"{about} Simulated seconds, warm-up included.", "s", name),
        Column(f"{name}_utc", "time", f"{about} On the scenario's calendar.", "UTC", name),
    )


def _name(name: str, about: str, source: str | None = None, *, optional: bool = False) -> Column:
    return Column(name, "name", about, source=name if source is None else source, optional=optional)


def _lot(name: str = "lot", about: str = "Number of the lot within its replication.") -> Column:
    return Column(name, "integer", about, "1", name)


def _value(name: str, about: str, unit: str = "", source: str = "", *, optional: bool = False) -> Column:
    return Column(name, "number", about, unit, source or name, optional)


def _count(name: str, about: str, source: str = "", kind: Kind = "count") -> Column:
    return Column(name, kind, about, "1", source or name)


_PRODUCT = _name("product", "Product that the lot is on the way to become.", optional=True)
_STAGE = _name("stage", "Stage of the process.")
_UNIT = _name("unit", "Machine.")
_STATION = _name("station", "Equipment class that the machine belongs to.", "")
_SEQUENCE = Column(
    "sequence",
    "integer",
    "Place among the rows of the table in its replication, from 0: orders what happened at the same time. "
    "Since contract 1.1.0.",
    "1",
    optional=True,
    since="1.1.0",
)
_AMOUNTS = (
    _value("mass_kg", "Mass of the lot.", "kg", "mass"),
    _value("length_m", "Length of its web.", "m", "length"),
    _value("panels", "Panels in it.", "1"),
    _value("area_m2", "Its coated area.", "m^2", "area"),
)

STATES = Table(
    "states",
    "In which state each machine was, from when to when; without gaps.",
    "machine x interval",
    ("run_id", "replication", "unit", "start_s"),
    (
        *whose("replication"),
        _UNIT,
        _STATION,
        _name("state", "State of the machine."),
        _name("semi_e10", "What SEMI E10 calls the state.", "state"),
        _name("iso_22400", "Time element of ISO 22400-2 that the state belongs to.", "state"),
        *_moment("start", "When the state began."),
        *_moment("end", "When it ended."),
        _name("product", "Product that the machine was turned to.", optional=True),
    ),
    order="start_s",
)
STOPPAGES = Table(
    "stoppages",
    "Stops of machines: failures, planned maintenance, outages.",
    "stop",
    ("run_id", "replication", "unit", "cause", "start_s"),
    (
        *whose("replication"),
        _UNIT,
        _STATION,
        _name("cause", "Why it stopped."),
        *_moment("start", "When it stopped."),
        Column("repair_start_s", "number", "When the repair began.", "s", "repair_start", optional=True),
        *_moment("end", "When it could go on."),
    ),
    order="start_s",
)
VISITS = Table(
    "visits",
    "Operations that ended: which lot was where, when, and what became of its amounts.",
    "lot x stage operation",
    ("run_id", "replication", "lot", "stage", "start_s", "attempt"),
    (
        *whose("replication"),
        _lot(about="Number of the lot within its replication; in the laboratory, of the sample (see samples)."),
        _name("station", "Equipment class that did it."),
        _UNIT,
        _STAGE,
        _count("attempt", "How often the lot had been through this stage before."),
        _count("load", "Lots treated together with it, itself included."),
        *_moment("arrived", "When the lot came to the station."),
        *_moment("start", "When the operation began."),
        *_moment("end", "When the operation ended."),
        _value("mass_in_kg", "Mass before.", "kg", "mass_in"),
        _value("mass_out_kg", "Mass after.", "kg", "mass_out"),
        _value("length_in_m", "Length of web before.", "m", "length_in"),
        _value("length_out_m", "Length of web after.", "m", "length_out"),
        _value("panels_in", "Panels before.", "1"),
        _value("panels_out", "Panels after.", "1"),
        _value("area_in_m2", "Coated area before.", "m^2", "area_in"),
        _value("area_out_m2", "Coated area after.", "m^2", "area_out"),
        _SEQUENCE,
    ),
    order="start_s",
)
LOTS = Table(
    "lots",
    "Every lot at its end, or where the run left it (fate inside).",
    "lot",
    ("run_id", "replication", "lot"),
    (
        *whose("replication"),
        _lot(),
        _count("ordinal", "Count among the lots of its maker and product.", kind="integer"),
        _PRODUCT,
        _name("material", "What it was last."),
        _name("maker", "Source or station that made it."),
        *_moment("created", "When it was made."),
        *_moment("ended", "When it ended, or the end of the run."),
        *_moment("born", "When its oldest ancestor entered the line."),
        _name("fate", "What became of it."),
        _count("grade", "0 first grade, 1 downgraded."),
        _name("place", "Where it ended or is."),
        *_AMOUNTS,
        _value("cost_usd", "What was spent on what is left of it.", "USD", "cost"),
        _lot("origin", "Number of the lot whose web it came from."),
    ),
    order="lot",
)
GENEALOGY = Table(
    "genealogy",
    "Which lot was made of which.",
    "parent x child",
    ("run_id", "replication", "parent", "child"),
    (
        *whose("replication"),
        _lot("parent", "Number of the older lot."),
        _lot("child", "Number of the younger lot."),
        _name("kind", "How: split, pool, cut."),
        _value("mass_kg", "Mass that went over.", "kg", "mass"),
        *_moment("at", "When."),
    ),
    order="at_s",
)
MEASUREMENTS = Table(
    "measurements",
    "Quality measures: the truth, and what the laboratory saw where it looked.",
    "lot x stage x measure x time",
    ("run_id", "replication", "lot", "stage", "measure", "at_s"),
    (
        *whose("replication"),
        _lot(),
        _PRODUCT,
        _STAGE,
        _name("measure", "What was measured."),
        *_moment("at", "When."),
        _value("value", "True value, in the unit beside it."),
        _value("lab_value", "What the laboratory reported; missing when it did not look.", optional=True),
        _name("value_unit", "Unit of both values.", ""),
    ),
    order="at_s",
)
DISPOSITIONS = Table(
    "dispositions",
    "Verdicts: which value met which limit of whose making, and what followed for how much.",
    "lot x limit x time",
    ("run_id", "replication", "lot", "stage", "limit", "at_s"),
    (
        *whose("replication"),
        _lot(),
        _PRODUCT,
        _name("stage", "Stage or place where it was judged."),
        _name("limit", "Id of the limit, or the reason where it is no limit of a measure."),
        _name("quantity", "Measure that was compared.", ""),
        *_moment("at", "When."),
        _value("value", "What was compared.", optional=True),
        _value("lower", "Smallest value that passes; missing where there is none.", optional=True),
        _value("upper", "Largest value that passes; missing where there is none.", optional=True),
        _name("value_unit", "Unit of value and limits.", ""),
        _name("source", "Whose limit it is: patent with claim or paragraph, or assumption.", ""),
        _name("action", "What followed: pass, noted, repeat, downgrade, cut, scrap."),
        *_AMOUNTS,
        _SEQUENCE,
    ),
    order="at_s",
)
CONSUMPTION = Table(
    "consumption",
    "What lots took in and gave off: feeds, losses, scrap web, utilities, samples.",
    "lot x stage x item x time",
    ("run_id", "replication", "lot", "stage", "kind", "item", "at_s"),
    (
        *whose("replication"),
        _lot(),
        _PRODUCT,
        _name("station", "Equipment class."),
        _STAGE,
        _name("kind", "feed, loss, scrap, utility or sample."),
        _name("item", "Name of the material or utility."),
        *_moment("at", "When."),
        _value("amount", "How much, in the unit beside it."),
        _name("amount_unit", "kg for feeds and losses, m for scrap web, kg or m for samples, else the item's own.", ""),
        _value("cost_usd", "What it cost.", "USD", "cost"),
    ),
    order="at_s",
)
BUFFER_LEVELS = Table(
    "buffer_levels",
    "How many lots wait in each buffer, from each change on.",
    "buffer x change",
    ("run_id", "replication", "buffer", "sequence"),
    (
        *whose("replication"),
        _name("buffer", "Buffer."),
        *_moment("at", "When it changed."),
        _count("level", "Lots that wait from then on."),
        _SEQUENCE,
    ),
    order="at_s",
)
MARKS = Table(
    "marks",
    "Doubts and claims that lots carry: outside claim n, extrapolated, not converged.",
    "lot x mark",
    ("run_id", "replication", "lot", "mark"),
    (*whose("replication"), _lot(), _PRODUCT, _STAGE, _name("mark", "The mark."), *_moment("at", "When it came.")),
    order="at_s",
)

SAMPLES = Table(
    "samples",
    "Samples whose result the laboratory has reported, and the lots from which they were taken. Since contract 1.1.0.",
    "sample",
    ("run_id", "replication", "sample"),
    (
        *whose("replication"),
        _lot("sample", "Number of the sample; it is counted with the lots, so no lot has its number."),
        _lot(about="Number of the lot from which it was taken."),
        _PRODUCT,
        _name("stage", "Stage after which it was taken."),
        *_moment("taken", "When it was taken."),
        *_moment("at", "When the laboratory reported its result."),
    ),
    order="at_s",
    since="1.1.0",
)

LOGS = (
    STATES, STOPPAGES, VISITS, LOTS, GENEALOGY, MEASUREMENTS, DISPOSITIONS, CONSUMPTION, BUFFER_LEVELS, MARKS, SAMPLES,
)  # fmt: skip
