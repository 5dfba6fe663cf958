"""Laws of pages: how every file is packed, and that a page which no decoder finds wrong is told by its checksum."""

from hashlib import sha256

import pyarrow.parquet as pq
import pytest

from twin.bench.faults.sample import publish_sample
from twin.errors import ContractError
from twin.query import ask, opened
from twin.store import Store, open_snapshot
from twin.store.naming import commit_key, table_key
from twin.store.parquet import ENCODINGS
from twin.store.record import sealed, unsealed
from twin.store.verify import verify
from twin.tables import TABLES

RUN = "run-0"
KEY = table_key("lots", RUN)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_column_is_packed_and_every_name_stands_once(tmp_path, encoding):
    """Zstandard throughout; a dictionary for each column of names, which repeat, and for no other."""
    publish_sample(Store(tmp_path, fsync=False, encoding=encoding), RUN, whole=True)
    for name, table in TABLES.items():
        (path,) = (tmp_path / "tables" / name).iterdir()
        group = pq.read_metadata(path).row_group(0)
        found = [group.column(place) for place in range(group.num_columns)]
        assert {one.compression for one in found} == {"ZSTD"}, name
        kept = {one.path_in_schema for one in found if one.has_dictionary_page}
        assert kept == {column.name for column in table.columns if column.kind == "name"}, name


@pytest.fixture
def forged(tmp_path):
    """A store of which one byte in a page differs so that every decoder takes it, and the record says so as well."""
    store = Store(tmp_path / "s", fsync=False)
    publish_sample(store, RUN, whole=True)
    path = store.root / KEY
    data = flipped(path)
    path.write_bytes(data)
    record = unsealed(store.files.read(commit_key(RUN)))
    record["tables"]["lots"]["sha256"] = sha256(data).hexdigest()
    store.files.write(sealed(record), commit_key(RUN))
    return store


def flipped(path):
    """Return a file with another byte in the data of its masses, of which only the rows tell."""
    whole, good = path.read_bytes(), pq.read_table(path)
    column = pq.read_metadata(path).row_group(0).column(good.column_names.index("mass_kg"))
    for place in range(column.data_page_offset + column.total_compressed_size - 1, column.data_page_offset, -1):
        data = bytearray(whole)
        data[place] ^= 1
        path.write_bytes(data)
        try:
            if not pq.read_table(path).equals(good):
                return data
        except (OSError, ValueError):
            continue  # the decoder says so itself
    return pytest.fail("every byte is told by a decoder")


def test_a_page_that_differs_is_told_whoever_made_hash_and_record_fit(forged):
    """By verification, by both readers and by a question; all columns of a file are looked at, whichever are needed."""
    (found,) = verify(forged.files).problems
    assert (found.key, found.run_id) == (KEY, RUN)
    assert "CRC checksum" in found.what
    readers = (
        lambda: forged.read(RUN, "lots"),
        lambda: open_snapshot(forged.root).table("lots"),
        lambda: ask(opened(forged.root), "SELECT sum(mass_kg) FROM lots"),
    )
    for read in readers:
        with pytest.raises(ContractError, match="CRC checksum"):
            read()
