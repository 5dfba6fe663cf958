"""What stands in the store keeps the contract: all tables of a whole run, as they are read back."""

from twin.store import Store
from twin.tables import TABLES
from twin.tables.keeping import broken


def test_every_table_of_a_run_is_there_unique_and_referential(real):
    """Both replications together, with what the run has once: types, keys, missing values, references."""
    store = Store(real.store)
    assert broken({name: store.read(real.run_id, name) for name in TABLES}) == []


def test_no_table_but_marks_and_stoppages_is_empty(frame):
    """A real run fills them; doubts and stops are a matter of luck."""
    empty = {name for name in TABLES if not len(frame(name))}
    assert empty <= {"marks", "stoppages"}
