"""The one schema of all tables, and how records become Arrow tables of it."""

from twin.tables.about import execution_table, run_tables
from twin.tables.build import from_rows
from twin.tables.column import Column, Table, schema
from twin.tables.context import CONTRACT_VERSION, TABLES, RunContext
from twin.tables.convert import measured_from, station_of, to_arrow

__all__ = [
    "CONTRACT_VERSION", "TABLES", "Column", "RunContext", "Table", "execution_table", "from_rows", "measured_from",
    "run_tables", "schema", "station_of", "to_arrow",
]  # fmt: skip
