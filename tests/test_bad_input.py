"""Bad input: every case ends as one line that says where, what, whose range and what next, and nothing is written."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import UsageError
from twin.scenario import SCENARIOS, load
from twin.scenario_file import MOST_BYTES, document

FILES = [  # text of plant-b.toml, then what its message must say
    # unknown, misspelt, misplaced
    ("[predryng]\nzone_1 = '100 degC'", ("plant-b.toml:2: predryng.zone_1", "Did you mean predrying.zone_1")),
    ("[clad_laminate.predrying]\nzone_l = '100 degC'", (":2: ", "Did you mean clad_laminate.predrying.zone_")),
    ("[plant.ovn]\ncount = 2", (":2: plant.ovn.count = 2: no such setting", "Did you mean plant.oven.count")),
    ("[oven]\ncount = 2", ("no such setting", "plant.oven.count")),
    ("inflaton_rate = 0.1", (":1: inflaton_rate = 0.1: no such setting", "twin describe")),
    ("[metrics]\nshow = 'wip'", (":2: metrics.show", "no such setting")),
    ("[plant]\noven = 3", (":2: plant.oven = 3: a group of settings", "plant.oven.: count")),
    ("[plant.oven.count]\nnow = 3", ("plant.oven.count is one value",)),
    ("[synthesis]\ndianhydrides = 'PMDA'", ("the recipe of the product fixes it",)),
    ('"" = 3', ("no such setting",)),
    # units
    ("[predrying]\nzone_1 = 110", (":2: predrying.zone_1 = 110: the unit is missing", ' degC"')),
    ("[predrying]\nzone_1 = '110'", ("the unit is missing",)),
    ("[predrying]\nzone_1 = '110 C'", ("coulomb", 'write "degC"')),
    ("[predrying]\nzone_1 = '110 m'", ("metre",)),
    ("[predrying]\nzone_1 = '5 um'", ('"um" cannot become "K"', "degC")),
    ("[coating]\ndry_thickness = '1,5 um'", ("Decimals stand behind a point",)),
    ("[synthesis]\nend_viscosity = '1300 cps'", ("counts a second", "mPa*s")),
    ("[winding]\ntension = '80 g/mm'", ("force by width", "gf/mm")),
    ("[predrying]\ntemperature_sd = '2 degC'", ("a difference of temperatures is in K",)),
    ("[study]\nhorizon = 'an hour'", ("no finite number with a unit", 'like "28 d"')),
    ("[study]\nhorizon = 10", ("the unit is missing",)),
    ("[plant.oven]\ndown_for = '72 x'", ('"x" is no unit that is known',)),
    ("[plant.oven]\ndown_for = '72 h^9^9^9'", ("is no unit",)),
    # not finite, negative, wrong zero
    ("[plant.people]\nlab_delay = nan", (":2: plant.people.lab_delay = nan: it is no finite number", "Use 0-100")),
    ("[plant.people]\nlab_delay = inf", ("no finite number",)),
    ("[plant.people]\nlab_delay = -inf", ("no finite number",)),
    ("[plant.people]\nlab_delay = 1" + "0" * 400, ("no finite number",)),
    ("[plant.people]\nlab_delay = 1" + "0" * 5000, ("more than 2000 characters",)),
    ("[plant.oven]\nmtbf = 'nan h'", ("no finite number",)),
    ("[plant.oven]\nmtbf = '-700 h'", ("below 1 h, the least", "A-212", "Use 1-876600 h")),
    ("[plant.oven]\nmtbf = '0 h'", ("below 1 h, the least",)),
    ("[plant.oven]\nmtbf = '1e300 h'", ("above 876600 h, the most",)),
    ("[plant.oven]\ncount = 0", ("below 1, the least", "Use 1-100")),
    ("[plant.oven]\ncount = -1", ("below 1, the least",)),
    ("[study]\nhorizon = '0 d'", ("below 0.0416667 d, the least",)),
    ("[study]\nreplications = 0", ("below 1, the least", "A-202")),
    ("[study]\nreplications = -3", (":2: study.replications = -3", "Use 1-100000")),
    ("[study]\nseed = -1", ("below 0, the least",)),
    ("[study]\nwarm_up = '99999 d'", ("above 366 d, the most", "Use 0-366 d")),
    ("[coating]\nspeed = '-3 m/min'", ("below 0.3 m/min, the least",)),
    ("[winding]\nspacer_tape = 0.5", ("spacer_tape = 0.5: it is none of its 2 values", "Use 0 or 1")),
    ("[synthesis]\npower = '1e99 kW'", ("more than 1,000,000 times 15 kW", "Use 0 kW or more")),
    # types
    ("[plant.oven]\ncount = 'two'", ("a whole number is needed", "Use 1-100")),
    ("[plant.oven]\ncount = '2'", ("without quotes and unit",)),
    ("[plant.oven]\ncount = 2.5", ("a whole number is needed",)),
    ("[plant.oven]\ncount = 2.0", ("a whole number is needed",)),
    ("[plant.oven]\ncount = true", ("= true: true or false is no number",)),
    ("[plant.people]\nlab_delay = false", ("= false: true or false is no number",)),
    ("[plant.people]\nlab_delay = 'slow'", ("no finite number",)),
    ("[plant.people]\nlab_delay = [1, 2]", ("a list is no number",)),
    ("[plant.people]\nlab_delay = 12:30:00", ("a date or time of day is no number",)),
    ("[[plant.oven]]\ncount = 2", ("a group of settings",)),
    ("[coating]\nsolvent = 3", ("a text is needed",)),
    ("[coating]\nsolvent = 'NMPP'", ("no such solvent", "Did you mean NMP")),
    ("[coating]\ncarrier = ''", ("1 to 100 printable characters",)),
    ("[study]\nstart = 'monday'", ("a date and time with its zone",)),
    ("[study]\nstart = '2026-01-05T06:00:00'", ("with its zone",)),
    ("[study]\nstart = '9999-12-31T00:00:00+00:00'", ("a year from 1970 to 2200",)),
    ("question = 7", (":1: question = 7: a text is needed",)),
    ("question = '" + "x" * 301 + "'", ("at most 300 printable characters",)),
    # machine and physics
    (
        "\n\n[predrying]\nzone_1 = '310 degC'",
        ("plant-b.toml:4: predrying.zone_1 = 310 degC: above 250 degC", "rated to 250 degC", "Use idle or 25-250 degC"),
    ),
    ("[lamination]\ntemperature = '-300 degC'", ("below 20 degC, the least",)),
    ("[plant.people]\nlab_open = '23 h'", ("does not go with plant.people.lab_close = 22 h", "Use less than 22 h")),
    ("[plant.oven_load]\nleast = 5", (":2: plant.oven_load.least = 5: does not go with plant.oven_load.most = 4",)),
    ("[plant.oven_load]\nmost = 3", ("does not go with plant.oven_load.least = 4", "Use 4 or more")),
    ("[plant.oven]\ndown_unit = 4\ndown_for = '1 h'", ("does not go with plant.oven.count = 3",)),
    (
        "[plant]\nclad_laminate.campaign = '0 d'\nadhesive_film.campaign = '0 d'",
        ("no product has a turn on the coater",),
    ),
    ("[adhesive_film.coating]\nsolvent = 'NMP'", ("adhesive_film.predrying.solvent is 1,3-dioxolane",)),
    # sizes
    (
        "[study]\nreplications = 100000\nhorizon = '3660 d'",
        ("367,400,000 simulated days", "rows and", "h of one core"),
    ),
    ("[study]\nreplications = 1000000000", ("above 100000, the most",)),
    # TOML
    ("[study]\nseed = 1\nseed = 2", ("plant-b.toml:3: study.seed stands twice, first in line 2", "Keep one")),
    ("[study]\nseed = 1\n[plant.oven]\n[study]\nhorizon = '1 d'", (":4: study stands twice, first in line 1",)),
    ("plant.oven.count = 2\n['plant.oven']\ncount = 3", ("plant.oven.count stands twice",)),
    ("[predrying]\nzone_1 = 110 degC", ("plant-b.toml:2: zone_1 = 110 degC", 'stands in quotes. Write "110 degC"')),
    ("[coating]\ncarrier = yes", (":2: carrier = yes", "stands in quotes")),
    ("[plant.oven\ncount = 2", ("plant-b.toml:1: no TOML",)),
    ("question: what", ("plant-b.toml:1: no TOML",)),
    ("a = &x [1]\nb = *x", ("plant-b.toml:1: ",)),
    ("a = " + "[" * 500 + "]" * 500, ("nested too deeply",)),
    ("a = " + "\n[" * 2000 + "]" * 2000, ("nested too deeply",)),
    ("a" + ".a" * 800 + " = 1", ("nested too deeply",)),
    ("[" + "a." * 800 + "a]\nb = 1", ("nested too deeply",)),
    ("a = 1\n" * 20_000, ("more than 10000 lines",)),
    ("\n".join(f"a{n} = 1" for n in range(1001)), ("1001 settings; at most 1000",)),
    ("a = '\x1b[31m'", (":1: holds the control character U+001B",)),
    ("question = 'gnp.\u202etxt'", ("U+202E",)),
    ('question = "up\\u001b[2J"', ("printable characters",)),
    ('"up\\u001b[2J" = 1', ("up\\x1b[2J", "no such setting")),
    ('base = "../../etc/passwd"', ('base "../../etc/passwd": a name has',)),
    ('base = "nothing"', ("nothing: no such scenario",)),
]


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


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("", "of the form path=value"),
        ("plant.oven.count", "of the form path=value"),
        ("=3", "of the form path=value"),
        ("plant.oven.count=", "of the form path=value"),
        ("plant.oven.count==2", "a whole number is needed"),
        ("plant.oven.count=2\n", "letters, digits"),
        ("plant.oven.count=2;x=1", "a whole number is needed"),
        ("plant oven=2", "letters, digits, _ and points"),
        ("../../x=2", "letters, digits"),
        ("plant.oven.count=two", "--set: plant.oven.count = two: a whole number is needed"),
        ("plant.oven.cuont=2", "Did you mean plant.oven.count"),
        ("predrying.zone_1=310 degC", "--set: predrying.zone_1 = 310 degC: above 250 degC"),
        ("predrying.zone_1=nan", "no finite number"),
        ("predrying.zone_1=20 degC", "below 25 degC, the least"),
        ("predrying.zone_1=Idle", "no finite number"),
        ("synthesis.temperature=-10 degC", "temperature must lie above coolant_temperature"),
        ("study.replications=-3", "below 1, the least"),
        ("study.replications=1e9", "a whole number is needed"),
        ("study.horizon=1e9 h", "above 3660 d, the most"),
        ("study.seed=99999999999999999999", "above 9223372036854775807, the most"),
        ("x" * 3000 + "=1", "a path has letters"),
        ("question=why", "no such setting"),
    ],
)
def test_bad_options(option: str, says: str) -> None:
    """A bad --set is refused like a line of a file."""
    assert says in refused("baseline", option)


def test_an_option_given_twice_is_refused() -> None:
    """Two --set of one path are a contradiction, not a vote of the last."""
    assert "stands twice" in refused("baseline", "plant.oven.count=2", "plant.oven.count=4")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("oven-2-dwn", "Did you mean oven-2-down"),
        ("Baseline", "Did you mean baseline"),
        ("nonsense", "Shipped: baseline, clad-only"),
        ("", "a name or a path"),
        ("..", "ends in .toml"),
        ("../../etc/passwd", "ends in .toml"),
        ("/etc/passwd", "ends in .toml"),
        ("/dev/zero", "ends in .toml"),
        ("missing.toml", "there is no such file"),
        ("no/such/folder/x.toml", "there is no such file"),
        ("x" * 300 + ".toml", "1 to 64"),
        ("x" * 5000, "a name or a path"),
        ("a\0b", "printable"),
        ("a\nb.toml", "printable"),
        ("\u202etoml.x", "printable"),
        ("CON", "Choose such a name"),
        ("con.toml", "Choose such a name"),
        ("My Plant.toml", "Choose such a name"),
        ("-rf.toml", "Choose such a name"),
    ],
)
def test_bad_names(source: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is no scenario, or no safe name, is refused, with the shipped ones where that helps."""
    monkeypatch.chdir(tmp_path)
    assert says in refused(source)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xef\xbb\xbfseed = 1", "byte order mark"),
        ("question = 'x'".encode("utf-16"), "byte order mark"),
        (b"question = 'caf\xe9'", "plant-b.toml:1: is not UTF-8 (byte 15)"),
        (b"PAR1\0\0\0\0", "binary file"),
        (b"# " + b"x" * MOST_BYTES, "larger than 1 MiB"),
    ],
)
def test_bad_bytes(content: bytes, says: str, tmp_path: Path) -> None:
    """A file that is no plain UTF-8 text of at most 1 MiB is refused before it is parsed."""
    path = tmp_path / "plant-b.toml"
    path.write_bytes(content)
    assert says in refused(path)


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
