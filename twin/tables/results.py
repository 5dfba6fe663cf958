"""The tables about a run: what it was asked, on what equipment, what came out, and whether the books close."""

from twin.tables.column import Column, Table, whose


def _text(name: str, about: str, *, optional: bool = False) -> Column:
    return Column(name, "text", about, optional=optional)


def _name(name: str, about: str) -> Column:
    return Column(name, "name", about)


def _number(name: str, about: str, unit: str = "", *, optional: bool = False) -> Column:
    return Column(name, "number", about, unit, optional=optional)


_SCOPE = (
    _name("indicator", "Name of the indicator."),
    _name("scope", "What it is about: line, product, station, unit or item."),
    _name("subject", "Which one: the product's name, the station's name, ...; total for the line."),
    _name("detail", "Which part of it: a state, a loss with its limit; empty for the whole."),
)

_STANDARD = Column(
    "standard",
    "name",
    "Standard whose definition it follows, such as ISO 22400-2; missing for our own. Since contract 1.1.0.",
    optional=True,
    since="1.1.0",
)


def _unit(name: str, of: str) -> Column:
    """Unit of a number beside it; runs of the first contracts do not say it."""
    return Column(name, "name", f"Unit of {of}. Since contract 1.2.0.", optional=True, since="1.2.0")


RUNS = Table(
    "runs",
    "Catalogue of finished runs; a run appears here last.",
    "run",
    ("run_id",),
    (
        *whose("run"),
        _text("question", "Question that the scenario asks."),
        _text("scenario_hash", "Hash of products and plant, without name, length and seed."),
        _text("model_version", "Hash of sources, lock file, Python and machine type."),
        _text("contract_version", "Version of the tables' columns."),
        Column("seed", "integer", "Root of all random numbers.", "1"),
        Column("replications", "integer", "Independent repetitions.", "1"),
        _number("warm_up_s", "Time before the statistics begin.", "s"),
        _number("horizon_s", "Time over which is measured.", "s"),
        Column("measured_from_utc", "time", "Calendar time at which the measured time begins.", "UTC"),
        _text("python", "Version of Python."),
        _text("changes", "What differs from the baseline, as JSON: path to [baseline value, value], SI units."),
    ),
    per="run",
)
EXECUTIONS = Table(
    "executions",
    "When and where a run was computed: what is no function of plan, seed and code.",
    "execution",
    ("run_id", "execution_id"),
    (
        *whose("run"),
        _text("execution_id", "Id of the execution."),
        Column("started_utc", "time", "When it began, by the wall clock.", "UTC"),
        _number("wall_s", "How long it took.", "s"),
        _text("host", "Computer."),
        Column("workers", "integer", "Processes that computed.", "1"),
        _text("flow_run_id", "Flow run that asked for it.", optional=True),
        _text("cpu", "Processor.", optional=True),
        _text("outcome", "published, or recomputed with what came of the comparison."),
    ),
    per="execution",
)
PARAMETERS = Table(
    "parameters",
    "Every constant of the run with its value, unit, range and source.",
    "parameter",
    ("run_id", "path"),
    (
        *whose("run"),
        _text("path", "Where it stands: plant, study, or product with stage."),
        _number("value", "Value in the unit beside it.", optional=True),
        _text("value_text", "Value where it is no number.", optional=True),
        _text("value_unit", "Unit."),
        _number("baseline_value", "Value in the baseline where it differs.", optional=True),
        Column("changed", "flag", "Whether it differs from the baseline."),
        _number("low", "Smallest value that physics or the machine allows.", optional=True),
        _number("high", "Largest value that physics or the machine allows.", optional=True),
        _text("source", "Patent, paper or assumption."),
        _text(
            "evidence",
            "How well it is known: patent, literature, computed, estimate, scenario where it is set there, or fitted "
            "to a file with its hash.",
        ),
        _text("about", "What it is."),
    ),
    per="run",
)
EQUIPMENT = Table(
    "equipment",
    "The machines.",
    "machine",
    ("run_id", "unit"),
    (
        *whose("run"),
        _name("unit", "Machine."),
        _name("station", "Equipment class that it belongs to."),
        Column("position", "count", "Place in the order of the process.", "1"),
        Column("machines", "count", "Machines of its class side by side.", "1"),
        _name("isa_95_level", "Level in the equipment hierarchy of ISA-95."),
    ),
    per="run",
    order="position",
)
INDICATORS = Table(
    "indicators",
    "Indicators of each replication over the measured window; each can be recomputed from the logs.",
    "replication x indicator x scope",
    ("run_id", "replication", "indicator", "scope", "subject", "detail"),
    (
        *whose("replication"),
        *_SCOPE,
        _number("value", "Value; missing where the denominator is nothing.", optional=True),
        _name("value_unit", "Unit of the value."),
        _number("numerator", "What is divided.", optional=True),
        _number("denominator", "By what it is divided.", optional=True),
        _name("definition", "How it is defined."),
        _number("window_start_s", "Begin of the window.", "s"),
        _number("window_end_s", "End of the window.", "s"),
        _STANDARD,
        _unit("numerator_unit", "the numerator"),
        _unit("denominator_unit", "the denominator"),
    ),
)
SUMMARIES = Table(
    "summaries",
    "Indicators over all replications, with 95 % intervals for their means.",
    "indicator x scope",
    ("run_id", "indicator", "scope", "subject", "detail"),
    (
        *whose("run"),
        *_SCOPE,
        _number("mean", "Mean over the replications.", optional=True),
        _number("sd", "Standard deviation between replications.", optional=True),
        Column("n", "integer", "Replications that carry a value.", "1"),
        _number("half_width", "Half width of the interval.", optional=True),
        _number("lower", "Lower end of the interval, inside the indicator's range.", optional=True),
        _number("upper", "Upper end of the interval, inside the indicator's range.", optional=True),
        _name("value_unit", "Unit."),
        _name("definition", "How it is defined."),
        _STANDARD,
    ),
    per="run",
)
CHECKS = Table(
    "checks",
    "Whether the books of each replication close, and verdicts on what to doubt; replication -1 is all of them.",
    "replication x check x subject",
    ("run_id", "replication", "check", "subject"),
    (
        *whose("replication"),
        _name("check", "What is checked."),
        _name("subject", "For what: a quantity, a machine, all lots."),
        _number("value", "How far a law is off; of a verdict what was found, if it can be told.", optional=True),
        _number("tolerance", "By how much it may; of a verdict the most that is well."),
        Column("passed", "flag", "Whether it holds."),
        _name("about", "What the check means."),
        _unit("value_unit", "value and tolerance"),
    ),
)
COLUMNS = Table(
    "columns",
    "Every column of every table: type, unit, meaning.",
    "column",
    ("run_id", "table", "column"),
    (
        *whose("run"),
        _name("table", "Table."),
        _name("column", "Column."),
        Column("position", "count", "Place in the table.", "1"),
        _name("type", "Arrow type."),
        _name("unit", "Unit."),
        Column("is_key", "flag", "Whether it belongs to the key."),
        Column("optional", "flag", "Whether a value may be missing."),
        _text("description", "What it means."),
        _text("grain", "What one row of the table is."),
    ),
    per="run",
)

RESULTS = (RUNS, EXECUTIONS, PARAMETERS, EQUIPMENT, INDICATORS, SUMMARIES, CHECKS, COLUMNS)
