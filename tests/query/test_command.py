"""`twin query` on a command line: data on stdout, words on stderr, exit codes."""

import json
import os
import signal
import subprocess
import sys
import time
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import pyarrow.parquet as pq
import pytest

from twin.apart import apart
from twin.cli import main
from twin.errors import RunError
from twin.query import views


def asked(capsys, *arguments: str):
    """Run the command; return its exit code, output and messages."""
    code = main(["query", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_question_is_answered_in_each_form(real, capsys, tmp_path):
    """JSON and CSV on stdout, Parquet in a new file; the same rows."""
    where = ("--store", str(real.store))
    sql = "SELECT run_id, replications FROM runs"
    code, out, err = asked(capsys, sql, "--format", "json", *where)
    assert (code, json.loads(out), err) == (0, [{"run_id": real.run_id, "replications": 2}], "")
    code, out, _ = asked(capsys, sql, "--format", "csv", *where)
    assert (code, out) == (0, f'"run_id","replications"\n"{real.run_id}",2\n')
    file = tmp_path / "a.parquet"
    before = os.umask(0)
    try:
        assert asked(capsys, sql, "--format", "parquet", "--output", str(file), *where)[0] == 0
    finally:
        os.umask(before)
    assert pq.read_table(file).to_pylist() == [{"run_id": real.run_id, "replications": 2}]
    assert file.stat().st_mode & 0o777 == 0o640
    code, _, err = asked(capsys, sql, "--output", str(file), *where)
    assert (code, "stands there already" in err) == (2, True)


def test_an_answer_stands_in_its_file_whole_or_not_at_all(real, capsys, tmp_path):
    """Files may grow to 20 kB and no more: one line, nothing is left, and the same command is done once there is room.

    Half an answer under its name would be taken for the whole, and bar the way to the next attempt.
    """
    whole = ("SELECT repeat('x', 1000) AS x FROM range(60)", "--format", "csv", "--output", str(tmp_path / "x.csv"))
    before = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (20_000, before[1]))
    try:
        code, out, err = asked(capsys, *whole, "--store", str(real.store))
    finally:
        setrlimit(RLIMIT_FSIZE, before)
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert "x.csv: cannot be written (File too large); nothing is left of it. Name another file." in err
    assert list(tmp_path.iterdir()) == []
    assert asked(capsys, *whole, "--store", str(real.store))[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
    assert len((tmp_path / "x.csv").read_text().splitlines()) == 61


@pytest.mark.parametrize("place", ["none/x.csv", "file/x.csv", "x" * 300])
def test_a_file_that_cannot_be_there_is_an_error_of_use(real, capsys, tmp_path, place):
    """No such folder, a file for a folder, a name too long: one line that says what next."""
    (tmp_path / "file").touch()
    code, out, err = asked(capsys, "SELECT 1", "--output", str(tmp_path / place), "--store", str(real.store))
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "cannot be written" in err
    assert "Name another file." in err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_name_that_somebody_takes_meanwhile_is_left_to_them(capsys, tmp_path, monkeypatch):
    """What came while the question was answered stays; a link that leads nowhere holds its name as well."""
    file, link = tmp_path / "x.csv", tmp_path / "link.csv"
    link.symlink_to(tmp_path / "nowhere")

    def answered(*_: object) -> tuple[bytes, bool]:
        file.write_text("theirs")
        return b"ours", False

    monkeypatch.setattr("twin.apart.apart", answered)
    for one in (file, link):
        code, _, err = asked(capsys, "SELECT 1", "--output", str(one))
        assert (code, f"{one}: stands there already. Name another file." in err) == (2, True)
    assert file.read_text() == "theirs"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.csv", "x.csv"]


def test_views_are_listed_and_asked_by_name(real, capsys):
    """Each with its question; of one run alone; a wrong name gets the close one."""
    code, out, _ = asked(capsys, "--views")
    assert code == 0
    assert all(view.name in out and view.question in out for view in views())
    where = ("--store", str(real.store))
    code, out, _ = asked(capsys, "--view", "oee_waterfall", "--run", real.run_id, *where)
    assert code == 0
    assert "planned time" in out
    code, _, err = asked(capsys, "--view", "oee_waterfal", *where)
    assert (code, "Did you mean oee_waterfall?" in err) == (2, True)
    code, _, err = asked(capsys, "--view", "oee_waterfall", "--run", "no-such", *where)
    assert (code, "no run no-such" in err) == (2, True)


def test_a_cut_answer_says_so_on_stderr(real, capsys):
    """The rows stand on stdout, the warning beside them."""
    code, out, err = asked(capsys, "SELECT lot FROM lots", "--rows", "3", "--format", "csv", "--store", str(real.store))
    assert (code, len(out.splitlines())) == (0, 4)
    assert "only the first 3 rows" in err


@pytest.mark.parametrize(
    "arguments", [[], ["SELECT 1", "--view", "spc"], ["SELECT 1", "--format", "xml"], ["COPY runs TO 'x'"], ["SELECT"]]
)
def test_a_wrong_command_is_one_line_and_exit_code_2(real, capsys, arguments):
    """Nothing asked, too much asked, an unknown form, another statement, half a statement."""
    code, out, err = asked(capsys, *arguments, "--store", str(real.store))
    assert (code, out, len(err.splitlines())) == (2, "", 1)


def test_a_missing_store_is_not_made(tmp_path, capsys):
    """Asking makes nothing."""
    code, _, err = asked(capsys, "SELECT 1", "--store", str(tmp_path / "none"))
    assert (code, "no store is there" in err) == (2, True)
    assert not (tmp_path / "none").exists()


def test_a_question_that_hears_nothing_is_stopped_all_the_same(real, capsys):
    """One call that takes seconds looks at no signal: its process is ended, with the line of any late question."""
    sql = "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))"
    begun = time.monotonic()
    code, out, err = asked(capsys, sql, "--seconds", "0.2", "--store", str(real.store))
    assert time.monotonic() - begun < 15  # alone it takes a minute
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "took longer than 0.2 s" in err


def test_the_limits_hold_for_telling_too(real, capsys):
    """An answer within its memory, of which the text would be much larger, is refused and not swapped for."""
    sql = "SELECT repeat(chr(7), 12000000) AS x FROM range(5)"  # six letters each in JSON
    options = ("--memory", "64", "--format", "json", "--store", str(real.store))
    code, out, err = asked(capsys, sql, *options)
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert "more memory" in err


def test_a_process_that_dies_is_told():
    """Whoever waits for it hears how it ended."""
    with pytest.raises(RunError, match=rf"query: its process ended \(-{signal.SIGKILL:d}\)"):
        apart("query", "dying", "die", (), print)


def test_a_stopped_question_leaves_one_line_in_a_process_of_its_own(real):
    """The libraries have nothing to say at the end of the process either."""
    sql = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3"
    command = [sys.executable, "-m", "twin", "query", sql, "--seconds", "0.5", "--store", str(real.store)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
