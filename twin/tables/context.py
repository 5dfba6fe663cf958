"""What every table of a run says of the run: its id, scenario, hashes, seed; and the list of all tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from twin.tables.column import Table, schema
from twin.tables.logs import LOGS
from twin.tables.results import RESULTS

CONTRACT_VERSION = "1.2.0"  # additive within a major version; tests/contracts holds a fixture of each
TABLES: Mapping[str, Table] = {table.name: table for table in (*LOGS, *RESULTS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """Where rows belong.

    Attributes:
        run_id: Id of the run.
        scenario: Name of the scenario.
        scenario_hash: Hash of products and plant.
        model_version: Hash of the code and what it runs on.
        seed: Root of all random numbers. [1]
        contract_version: Version of the tables' columns.
    """

    run_id: str
    scenario: str
    scenario_hash: str
    model_version: str
    seed: int
    contract_version: str = CONTRACT_VERSION

    def facts(self) -> dict[str, str]:
        """Return the key-values that each file carries."""
        return {
            "twin.run_id": self.run_id,
            "twin.scenario": self.scenario,
            "twin.scenario_hash": self.scenario_hash,
            "twin.model_version": self.model_version,
            "twin.contract_version": self.contract_version,
            "twin.seed": str(self.seed),
        }

    def schema(self, name: str) -> pa.Schema:
        """Return the schema of a table with the facts of this run."""
        return schema(TABLES[name], self.facts())
