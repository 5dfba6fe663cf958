"""The data dictionary says what the schema says."""

from twin.dictionary import PAGE, page
from twin.tables import TABLES


def test_the_page_is_up_to_date() -> None:
    """datasets/README.md is what `python -m twin.dictionary` writes."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_column_has_a_meaning_and_a_unit_in_its_name() -> None:
    """A column with a unit carries it at the end of its name, or the unit is a plain count or share."""
    for table in TABLES.values():
        for column in table.columns:
            assert column.about.endswith(".")
            if column.unit not in {"", "1"}:
                assert "_" in column.name, (table.name, column.name)
