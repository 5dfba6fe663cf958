"""One file for a user: whole under its name or not there, and never in place of what somebody else put there."""

import pytest

from twin.errors import UsageError
from twin.store.beside import whole


def test_a_file_has_its_name_at_the_end_alone(tmp_path):
    """As long a name as there may be; nobody else can write it."""
    target = tmp_path / ("ä" * 127)  # 254 bytes
    with whole(target) as beside:
        beside.write_text("ours")
        assert not target.exists()
    assert target.read_text() == "ours"
    assert target.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [target]


def stopped(target, error):
    """Begin a file, and end by an error."""
    with whole(target) as beside:
        beside.write_text("half")
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, UsageError])
def test_who_is_stopped_leaves_nothing(tmp_path, error):
    """By hand, or by what is to be written."""
    with pytest.raises(error):
        stopped(tmp_path / "x", error)
    assert list(tmp_path.iterdir()) == []


def test_what_has_the_name_keeps_it(tmp_path):
    """What stood there, a folder, a link that leads nowhere, and what came while ours was written."""
    link, late = tmp_path / "link", tmp_path / "late"
    link.symlink_to(tmp_path / "nowhere")
    for target, what in ((link, "stands there already"), (tmp_path, "is a folder")):
        with pytest.raises(UsageError, match=what), whole(target):
            pytest.fail("it was begun")
    with pytest.raises(UsageError, match="late: stands there already"), whole(late):
        late.write_text("theirs")
    assert late.read_text() == "theirs"
    assert {*tmp_path.iterdir()} == {link, late}
