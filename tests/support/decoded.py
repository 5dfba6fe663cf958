"""Rows of the records with names for numbers."""

from typing import Any

from twin.records import COLUMNS, Records

CODED = frozenset(
    {
        "action", "buffer", "cause", "fate", "item", "kind", "limit", "maker", "mark", "material", "measure", "place",
        "product", "stage", "station", "unit",
    }
)  # fmt: skip


def rows(records: Records | None, table: str) -> list[dict[str, Any]]:
    """Rows of a table by name of the column, names decoded."""
    assert records is not None
    names = {code: name for name, code in records.names.items()}
    return [
        {name: names[int(value)] if name in CODED and value >= 0 else value for name, value in row.items()}
        for row in (dict(zip(COLUMNS[table], one, strict=True)) for one in getattr(records, table).table().tolist())
    ]
