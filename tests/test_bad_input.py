"""Bad input: every case ends as one line that says where, what, whose range and what next, and nothing is written."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from refused_input import BYTES, FILES, NAMES, OPTIONS

from twin.errors import UsageError
from twin.scenario import SCENARIOS, load
from twin.scenario_file import document

WIDE = 120  # columns of a terminal


def refused(source: str | Path, *sets: str, folder: Path | None = None) -> str:
    """The message with which a scenario is refused; it holds no control character, and each problem is one line."""
    with pytest.raises(UsageError) as caught:
        load(source, sets, **({} if folder is None else {"scenarios_dir": folder}))
    lines = str(caught.value).splitlines()
    assert caught.value.exit_code == 2
    assert lines
    assert all(line.isprintable() and len(line) < 400 for line in lines)
    return str(caught.value)


@pytest.mark.parametrize(("text", "says"), FILES, ids=range(len(FILES)))
def test_bad_files(text: str, says: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad file is refused with file, field, value, range and hint, and leaves no other file behind."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "plant-b.toml"
    path.write_text(text, encoding="utf-8")
    message = refused(path)
    assert [one for one in says if one not in message] == [], message
    assert message.startswith(("plant-b.toml", "nothing", "base"))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("option", "says"), OPTIONS)
def test_bad_options(option: str, says: str) -> None:
    """A bad --set is refused like a line of a file."""
    assert says in refused("baseline", option)


def test_an_option_given_twice_is_refused() -> None:
    """Two --set of one path are a contradiction, not a vote of the last."""
    assert "stands twice" in refused("baseline", "plant.oven.count=2", "plant.oven.count=4")


@pytest.mark.parametrize(("source", "says"), NAMES)
def test_bad_names(source: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is no scenario, or no safe name, is refused, with the shipped ones where that helps."""
    monkeypatch.chdir(tmp_path)
    assert says in refused(source)


@pytest.mark.parametrize(("content", "says"), BYTES, ids=range(len(BYTES)))
def test_bad_bytes(content: bytes, says: str, tmp_path: Path) -> None:
    """A file that is no plain UTF-8 text of at most 1 MiB is refused before it is parsed."""
    path = tmp_path / "plant-b.toml"
    path.write_bytes(content)
    assert says in refused(path)


REFUSALS = [
    *((text.encode(), "plant-b.toml", ()) for text, _ in FILES),
    *((content, "plant-b.toml", ()) for content, _ in BYTES),
    *((b"", "baseline", ("--set", option)) for option, _ in OPTIONS), *((b"", name, ()) for name, _ in NAMES),
]  # fmt: skip


@pytest.mark.parametrize(("content", "name", "options"), REFUSALS, ids=range(len(REFUSALS)))
def test_a_refusal_is_one_to_three_lines(twin, tmp_path, monkeypatch, content, name, options):
    """On the screen: nothing on stdout, one to three lines on stderr, each of at most three rows; exit code 2."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plant-b.toml").write_bytes(content)
    code, out, err = twin("check", *options, "--", name)
    lines = err.splitlines()
    assert (code, out) == (2, "")
    assert lines[0].startswith("error: ")
    assert len(lines) <= 3
    assert max(map(len, lines)) <= 3 * WIDE


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    """A folder, a pipe, a device, a link out of the folder and a ring of links are refused at once and not read."""
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    outside = tmp_path / "outside.toml"
    outside.write_text("[study]\nseed = 3\n", encoding="utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.toml").symlink_to(outside)
    (tmp_path / "in" / "zero.toml").symlink_to("/dev/zero")
    (tmp_path / "ring.toml").symlink_to(tmp_path / "ring.toml")
    assert "is a folder" in refused(tmp_path / "folder.toml")
    assert "no regular file" in refused(tmp_path / "pipe.toml")
    assert "leaves its folder" in refused(tmp_path / "in" / "link.toml")
    assert "leaves its folder" in refused(tmp_path / "in" / "zero.toml")
    assert "leaves its folder" in refused("link", folder=tmp_path / "in")
    assert "cannot be read" in refused(tmp_path / "ring.toml")


def test_scenarios_that_build_on_each_other(tmp_path: Path) -> None:
    """Two scenarios that are each other's base are refused."""
    for name, base in (("one", "two"), ("two", "one")):
        (tmp_path / f"{name}.toml").write_text(f'base = "{base}"\n', encoding="utf-8")
    assert "in a circle" in refused("one", folder=tmp_path)


def test_several_problems_are_told_at_once(tmp_path: Path) -> None:
    """All problems of a file come in one go, one line each, in the order of their lines."""
    path = tmp_path / "plant-b.toml"
    text = "[plant.oven]\ncount = 0\nmtbf = '5'\nmttr = '1 h'\nplaces = true\n[coating]\nspede = '1 m/min'\n"
    path.write_text(text, encoding="utf-8")
    lines = refused(path, "study.replications=0").splitlines()
    assert [re.findall(r"^[^:]+:(\d+)?", line) for line in lines] == [["2"], ["3"], ["5"], ["7"], [""]]


def test_leaving_a_claim_is_no_error(tmp_path: Path) -> None:
    """A set-point outside its claim is a warning with the line, the window and the claim, and the plan is made."""
    path = tmp_path / "plant-b.toml"
    path.write_text("\n[clad_laminate.predrying]\nzone_1 = '210 degC'\n", encoding="utf-8")
    heard: list[str] = []
    plan = load(path, warn=heard.append)
    head = "plant-b.toml:3: clad_laminate.predrying.zone_1 = 210 degC"
    assert heard == [f"{head}: outside 74.2-134.2 degC (clad laminate, claim 11); its lots carry that mark."]
    assert plan.marks == (("clad_laminate", "predrying", "outside claim 11"),)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever text a file or a --set holds, it is read or refused; nothing else is ever raised."""
    for attempt in (lambda: document(text, "x", "x.toml"), lambda: load("baseline", [text])):
        try:
            attempt()
        except UsageError as error:
            assert all(line.isprintable() for line in str(error).splitlines())  # noqa: PT017 - either way is right


@given(st.sampled_from(sorted(SCENARIOS.glob("*.toml"))), st.data())
@settings(max_examples=200, deadline=None)
def test_a_damaged_scenario_is_read_or_refused(path: Path, data: st.DataObject) -> None:
    """A shipped scenario with characters put in or taken out is read or refused, by its values too."""
    text = path.read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(text)))
    put = data.draw(st.text(alphabet="0123456789.eE+-_\"'=[]{}#, \nabcdKm^", max_size=4))
    broken = text[:at] + put + text[at + data.draw(st.integers(0, 3)) :]
    try:
        for entry in document(broken, "x", "x.toml").entries:
            load("baseline", [f"{entry.path}={entry.value}"])
    except UsageError as error:
        assert str(error)  # noqa: PT017 - either way is right
