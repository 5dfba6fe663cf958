"""Laws of the command line: data on stdout, messages on stderr, exit codes, and answers at once."""

import errno
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from twin.cli import app, options
from twin.cli import run as run_command
from twin.errors import ContractError

ROOT = Path(__file__).resolve().parents[1]
SMALL = ["--replications", "2", "--days", "2", "--set", "study.warm_up=1 d", "--workers", "1"]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store for all small runs of this file."""
    return str(tmp_path_factory.mktemp("store"))


def test_help_answers_at_once():
    """`twin --help` loads neither numpy nor SimPy nor Prefect nor pyarrow."""
    program = (
        "import sys; from twin.cli import main; main(['--help']);"
        "sys.exit(bool({'numpy', 'simpy', 'prefect', 'pyarrow', 'numba', 'pint'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_a_plain_run_knows_no_prefect(store):
    """`twin run` needs no server: Prefect is not even imported."""
    arguments = ["run", "baseline", "--store", store, *SMALL]
    program = f"import sys; from twin.cli import main; main({arguments!r}); sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_the_first_screen_fits(twin, store):
    """The first screen has at most 25 lines of at most 130 characters, with all its heads, and no colour codes."""
    code, out, err = twin("run", "baseline", "--store", store, *SMALL)
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 130
    assert "\033" not in out
    heads = ("baseline", "released", "yield", "lead time", "WIP", "OEE", "cost", "solvent", "bottleneck", "lost m2/d")
    for head in (*heads, "note", "checks", "tables", "next"):
        assert any(line.startswith(head) for line in lines), head
    assert "twin explain baseline --set 'study.warm_up=1 d' --days 2 --confirm" in out


def test_the_first_screen_of_a_plant_in_trouble_fits(twin, store):
    """Whatever is to be said of a run, the screen ends at 25 lines, and what has no room there stands in --json."""
    changes = (
        "study.warm_up=0 d", "plant.people.analysts=1", "plant.people.lab_delay=4",
        "clad_laminate.coating.speed=6 m/min", "clad_laminate.precipitation.methanol_ratio=2",
    )  # fmt: skip
    asked = ["run", "baseline", "--store", store, "--days", "3", "--replications", "2"]
    asked += [word for change in changes for word in ("--set", change)]
    code, out, _ = twin(*asked)
    assert code == 0
    assert len(out.splitlines()) <= 25
    doubts = json.loads(twin(*asked, "--json")[1])["doubts"]
    shown = [line for line in out.splitlines() if line.startswith("note")]
    assert f" | and {len(doubts) - len(shown)} more: --json" in shown[-1]
    assert shown[0].endswith(doubts[0])


def test_json_is_the_whole_result_and_nothing_else(twin, store):
    """With --json stdout is one JSON document with every indicator, ratios and their intervals inside [0, 1]."""
    code, out, err = twin("run", "baseline", "--store", store, *SMALL, "--json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert told["replications"] == 2
    for one in told["indicators"]:
        assert len(one["values"]) == 2
        if one["unit"] == "1" and one["low"] is not None:
            assert 0.0 <= one["low"] <= one["mean"] <= one["high"] <= 1.0


def test_details_add_the_stations(twin, store):
    """With --details each station stands in a line whose shares of time add up to 100 %."""
    _, out, _ = twin("run", "baseline", "--store", store, *SMALL, "--details")
    rows = out.split("\n\n")[1].splitlines()[1:]
    assert len(rows) >= 8
    for row in rows:
        assert abs(sum(float(cell) for cell in row.split()[-11:-3]) - 100.0) < 0.5


def test_one_replication_alone_publishes_nothing(twin, tmp_path):
    """--only shows one replication, and no store is touched."""
    code, out, _ = twin("run", "baseline", *SMALL, "--only", "1", "--store", str(tmp_path / "none"))
    assert code == 0
    assert "not published" in out
    assert not (tmp_path / "none").exists()


def test_compare_says_what_differs(twin, store):
    """A scenario against itself: the same in every line, all random numbers shared."""
    code, out, _ = twin("compare", "baseline", "baseline", "--store", store, *SMALL)
    assert code == 0
    assert out.count("the same in every replication") >= 5
    assert "all shared" in out


def test_explain_names_a_bottleneck_before_any_run(twin):
    """`twin explain` lists the stations and names the one that limits the line."""
    code, out, _ = twin("explain", "baseline")
    assert code == 0
    assert "bottleneck " in out
    told = json.loads(twin("explain", "baseline", "--json")[1])
    assert set(told["bottlenecks"]) <= {one["station"] for one in told["stations"]}


def test_explain_confirm_tries_the_relief(twin, store):
    """With --confirm the line is run with one machine more, and the gain stands there with its interval."""
    code, out, err = twin("explain", "baseline", "--confirm", "--store", store, *SMALL)
    assert (code, err) == (0, "")
    assert "relief     one more" in out
    assert "+-" in out


def test_what_is_listed_can_be_read_by_machines(twin):
    """scenarios, describe, recipe and check give the same as text and as JSON."""
    for command in (["scenarios"], ["describe", "plant.oven"], ["recipe", "clad_laminate"], ["check", "baseline"]):
        code, out, err = twin(*command)
        assert (code, err) == (0, "")
        assert out.strip()
        assert isinstance(json.loads(twin(*command, "--json")[1]), list)


def test_init_writes_a_scenario_that_changes_nothing(twin, tmp_path):
    """The file of `twin init` is TOML, passes `twin check`, and is never written over another."""
    file = tmp_path / "mine.toml"
    assert twin("init", str(file))[:2] == (0, "")
    tomllib.loads(file.read_text(encoding="utf-8"))
    code, out, _ = twin("check", str(file))
    assert code == 0
    assert "changes nothing" in out
    code, _, err = twin("init", str(file))
    assert code == 2
    assert err.startswith("error: ")


def test_doctor_finds_this_machine_well(twin, tmp_path):
    """The machine that runs the tests can run the twin."""
    code, out, _ = twin("doctor", "--store", str(tmp_path))
    assert "BAD" not in out
    assert code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"], ["run"], ["run", "basline"], ["run", "baseline", "--set", "plant.oven.cuont=3"],
        ["run", "baseline", "--replications", "none"], ["run", "baseline", "--replications", "0"],
        ["run", "baseline", "--days", "-3"], ["run", "baseline", "--workers", "0"], ["run", "baseline", "--seed", "-1"],
        ["describe", "plant.ovne"], ["recipe", "cake"], ["check", "missing.toml"], ["compare", "baseline"],
        ["run", "baseline", "--store", "/dev/null/store"],
    ],
)  # fmt: skip
def test_bad_usage_is_one_clear_line(twin, arguments):
    """Bad usage ends with code 2, at most three lines on stderr that begin with error, nothing on stdout."""
    code, out, err = twin(*arguments)
    assert (code, out) == (2, "")
    assert 1 <= len(err.splitlines()) <= 3
    assert all(line.startswith("error: ") for line in err.splitlines())
    assert "Traceback" not in err


def test_a_store_that_cannot_be_written_is_a_clear_line(twin):
    """A store where nobody can write is refused in one line that names it."""
    code, out, err = twin("run", "baseline", "--store", "/proc/nowhere", *SMALL)
    assert code in {1, 2}
    assert out == ""
    assert "/proc/nowhere" in err
    assert len(err.splitlines()) == 1


def fail_with(monkeypatch, error):
    """Let every study fail in one way."""

    def study(_request: object) -> None:
        raise error

    monkeypatch.setattr(run_command, "_study", study)


def test_a_full_disk_is_a_clear_line(twin, monkeypatch):
    """A full disk ends with code 1 and says so."""
    fail_with(monkeypatch, OSError(errno.ENOSPC, "No space left on device", "store/x"))
    code, out, err = twin("run", "baseline")
    assert (code, out) == (1, "")
    assert err.startswith("error: store/x: the disk is full; nothing was published.")


def test_a_broken_contract_ends_with_3(twin, monkeypatch):
    """A broken balance ends with code 3."""
    fail_with(monkeypatch, ContractError("ledger kg is off"))
    assert twin("run", "baseline") == (3, "", "error: ledger kg is off\n")


def test_a_fault_shows_its_traceback_only_with_debug(twin, monkeypatch):
    """An error nobody thought of is one line with code 1; --debug, before or behind the command, shows where."""
    fail_with(monkeypatch, KeyError("x"))
    code, _, err = twin("run", "baseline")
    assert code == 1
    assert len(err.splitlines()) == 1
    assert "Traceback" in twin("run", "baseline", "--debug")[2]
    assert "Traceback" in twin("--debug", "run", "baseline")[2]


def test_an_interrupt_ends_with_130(twin, monkeypatch):
    """Ctrl-C inside a command is told in one line."""
    fail_with(monkeypatch, KeyboardInterrupt())
    assert twin("run", "baseline") == (130, "", "interrupted; nothing was published.\n")


def test_a_reader_that_leaves_is_no_error():
    """`twin describe | head -1` ends without a word."""
    command = f"{sys.executable} -m twin describe | head -n 1"
    told = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S602 - a pipe is the point
    assert told.stderr == ""
    assert len(told.stdout.splitlines()) == 1


def test_progress_is_for_terminals_only(monkeypatch):
    """Nothing rewrites a line where nobody looks."""
    monkeypatch.setattr(sys, "stderr", open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - closed with the test
    assert options.progress_line() is None


def test_the_version_is_that_of_the_package(twin):
    """`twin --version` says what pyproject.toml says."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert twin("--version") == (0, f"filmtwin {about['project']['version']}\n", "")
    assert app.INTERRUPTED == 130


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "baseline", "--store", ""], '"" is no folder'),
        (["run", "baseline", "--set", "plant.people.operators=1"], "below 2, the least"),
        (["init", "mine"], "ends in .toml. Use mine.toml"),
        (["init", "no-such-folder/mine.toml"], "there is no folder no-such-folder"),
    ],
)
def test_slips_are_refused_in_one_line(twin, arguments, told):
    """Exit code 2 and one line that says what to do."""
    code, out, err = twin(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert told in err
