"""A state that a hand has changed: what follows from the change is put right, what no line could be in is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from full_line import END, built
from guide import printed

from twin.errors import UsageError
from twin.line import snapshot
from twin.line.bare import BareLine
from twin.line.distribution import Constant
from twin.line.laws import check
from twin.line.line import Line
from twin.line.state import BLOCKED, BUSY
from twin.records import Records

Data = dict[str, Any]


def queues(data: Data) -> list[list[int]]:
    """Where lots wait, the laboratory left out."""
    return [part["queue"] for key, part in data["parts"].items() if "queue" in part and key != "buffer lab"]


def started(data: Data) -> Line:
    line = built()
    snapshot.restore(line, data)
    return line


@pytest.mark.parametrize("number", range(2, 50, 6))
def test_any_lot_that_waits_can_be_taken_out(texts: list[str], number: int) -> None:
    """The first of each queue is taken out of half of the queues and off the list for the other half: no law breaks."""
    data = json.loads(texts[number])
    gone = [queue[0] for queue in queues(data) if queue]
    for queue in queues(data)[::2]:
        del queue[:1]
    data["lots"] = [one for one in data["lots"] if one["lot"]["number"] not in gone or one["lot"]["number"] % 2]
    before = json.dumps(data)
    line = started(data)
    for until in (data["clock_s"], data["clock_s"] + 20.0, END + 20.0):
        line.run(until)
        assert [law for law in check(line) if not law.holds] == []
    assert json.dumps(data) == before


def test_a_state_that_was_not_edited_is_not_touched(texts: list[str]) -> None:
    """Nothing is booked and nothing counted anew."""
    for text in texts:
        assert json.dumps(snapshot.state(started(json.loads(text)))) == text


def test_what_was_written_does_not_change_with_the_line() -> None:
    """Nor does the line change with what it was started from."""
    line = built()
    line.begin()
    line.env.run(until=100.0)
    data = snapshot.state(line)
    text = json.dumps(data)
    line.run(END)
    started(data).run(END)
    assert json.dumps(data) == text


def two() -> BareLine:
    """A mill that is quick and an oven that is slow, with two places between."""
    line = BareLine(seed=1, records=Records())
    line.feed()
    line.station("mill", Constant(1.0))
    line.station("oven", Constant(100.0), places=2)
    return line


def test_a_place_that_was_made_lets_the_next_lot_in_at_once() -> None:
    """Three lots block a mill before a full buffer of two; with one less in it the mill works from the cut on."""
    first = two().begin()
    first.env.run(until=50.0)
    data = snapshot.state(first)
    assert data["units"]["mill"]["log"]["state"] == BLOCKED
    data["parts"]["buffer oven"]["queue"].pop()
    line = two().build()
    snapshot.restore(line, data)
    assert [unit.log.state for unit in line.units()] == [BUSY, BUSY]
    line.run(60.0)
    assert [law for law in check(line) if not law.holds] == []


def cut_with(texts: list[str], wanted: Callable[[Data], bool]) -> Data:
    return next(data for data in map(json.loads, texts) if wanted(data))


def quarantined(data: Data) -> list[int]:
    return data["parts"]["quarantine cure"]["items"]


def blocked(data: Data) -> list[list[Any]]:
    return [entry for part in data["parts"].values() for entry in part.get("blocked", ())]


def at_work(data: Data) -> list[Data]:
    units = data["units"].values()
    return [unit for unit in units if unit["items"] and unit["outs"] and unit["log"]["state"] == BUSY]


def drop(data: Data, number: int) -> None:
    data["lots"] = [one for one in data["lots"] if one["lot"]["number"] != number]


def test_what_no_line_could_be_in_is_refused(texts: list[str]) -> None:
    """One line says which lot or event, and what can be done instead."""
    first = json.loads(texts[-1])

    def refused(data: Data, words: str) -> None:
        with pytest.raises(UsageError, match=words) as caught:
            started(data)
        assert len(str(caught.value).splitlines()) == 1

    late = json.loads(texts[-1])
    late["agenda"][0]["at_s"] = first["clock_s"] - 1.0
    refused(late, "before the clock, or never")
    twice = cut_with(texts, lambda data: any(queues(data)))
    queue = next(queue for queue in queues(twice) if queue)
    queue.append(queue[0])
    refused(twice, "stands in 2 places; leave one")
    copied = json.loads(texts[-1])
    copied["lots"].append(copied["lots"][0])
    refused(copied, "have the number")
    inside = cut_with(texts, lambda data: bool(at_work(data)))
    drop(inside, at_work(inside)[0]["items"][0])
    refused(inside, "in a machine or in quarantine")
    emptied = cut_with(texts, lambda data: bool(at_work(data)))
    at_work(emptied)[0]["items"].pop()
    refused(emptied, "only a lot that waits in a buffer can be taken out")
    sampled = cut_with(texts, lambda data: bool(quarantined(data)))
    data = json.loads(json.dumps(sampled))
    data["lots"] = [one for one in data["lots"] if one["lot"]["material"] != "sample"]
    data["parts"]["buffer lab"]["queue"] = []
    for unit in data["units"].values():
        unit["items"] = [one for one in unit["items"] if any(lot["lot"]["number"] == one for lot in data["lots"])]
    refused(data, "sample that is not there")
    second = json.loads(json.dumps(sampled))
    sample = json.loads(json.dumps(next(one for one in second["lots"] if one["lot"]["material"] == "sample")))
    sample["lot"]["number"] = second["line"]["number"]
    second["lots"].append(sample)
    second["parts"]["buffer lab"]["queue"].append(sample["lot"]["number"])
    refused(second, "is a new sample")
    stuck = cut_with(texts, lambda data: bool(blocked(data)))
    number = blocked(stuck)[0][1]
    for unit in stuck["units"].values():
        unit["items"] = [one for one in unit["items"] if one != number]
    refused(stuck, "blocks its machine")
    drop(stuck, number)
    refused(stuck, "in a machine or in quarantine")


def finishes(data: Data) -> Data:
    return next(one for one in data["agenda"] if one["what"] == "finish")


def worker_of(data: Data) -> Data:
    name = finishes(data)["who"].removeprefix("unit ")
    unit: Data = data["units"][name]
    return unit


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data["lots"][0]["lot"].update(mass=float("nan")), "mass = nan; use a number, 0 or more"),
        (lambda data: data["lots"][0]["lot"].update(mass=-5.0), "mass = -5.0; use a number, 0 or more"),
        (lambda data: data["lots"][0]["lot"].update(mass=10**400), "not as a line writes it .*OverflowError"),
        (lambda data: finishes(data).update(at_s=10**400), "not as a line writes it .*OverflowError"),
        (lambda data: data["lots"][0].update(money=float("nan")), "money = nan; use a number"),
        (lambda data: data["lots"][0].update(since=float("inf")), "since = inf; use a number"),
        (lambda data: data["lots"][0]["lot"]["properties"].update(x=float("inf")), "x = inf; use a number"),
        (lambda data: data["agenda"].remove(finishes(data)), "at work and never finishes"),
        (lambda data: finishes(data).update(at_s=float("inf")), "before the clock, or never"),
        (lambda data: [drop(data, one) for one in worker_of(data)["items"]], "in a machine or in quarantine"),
        (lambda data: finishes(data).update(who="unit x"), "at work and never finishes"),
        (lambda data: data["agenda"][0].update(at_s="501 s"), "not as a line writes it .*TypeError"),
        (lambda data: data["lots"][0].pop("ended"), "not as a line writes it .*ended"),
    ],
)
def test_what_a_hand_may_spoil_is_refused_in_one_line(texts: list[str], change: Callable[[Data], object], words: str):
    """Amounts that are none, work without an end, what is missing or of another kind."""
    data = json.loads(texts[25])
    change(data)
    with pytest.raises(UsageError, match=words) as caught:
        started(data)
    assert len(str(caught.value).splitlines()) == 1


def test_a_machine_without_its_lot_is_refused(texts: list[str]) -> None:
    """Also when the lot is taken off the list and out of a machine that only takes time."""
    data = json.loads(texts[25])
    unit = worker_of(data)
    for number in unit["items"]:
        drop(data, number)
    unit["items"], unit["outs"] = [], []
    with pytest.raises(UsageError, match="is at work and has no lot"):
        started(data)


def test_a_lot_that_was_put_in_is_a_lot_of_its_own() -> None:
    """It draws by a count of its own, waits for no longer than its life, and no law breaks."""

    def limited() -> Line:
        line = two().build()
        line.buffers["oven"].places = 9
        line.buffers["oven"].life = {"": 30.0, "part": 30.0}
        return line

    first = limited()
    first.begin()
    first.env.run(until=10.0)
    data = json.loads(json.dumps(snapshot.state(first)))
    queue = data["parts"]["buffer oven"]["queue"]
    copy = json.loads(json.dumps(next(one for one in data["lots"] if one["lot"]["number"] == queue[-1])))
    model, copy["lot"]["number"] = copy["lot"]["number"], 9999
    data["lots"].insert(0, copy)
    queue.append(9999)
    line = limited()
    snapshot.restore(line, data)
    ordinals = {number: item.ordinal for number, item in line.items.items()}
    assert ordinals == {**{number: item.ordinal for number, item in first.items.items()}, 9999: ordinals[9999]}
    assert ordinals[9999] not in {ordinals[model], *range(1000)}
    assert line.counts == first.counts  # those that are made later draw what they would have drawn
    line.run(9.0 + 45.0)
    assert 9999 not in line.items
    assert [law for law in check(line) if not law.holds] == []


def test_a_lot_that_was_moved_starts_where_it_was_put() -> None:
    """An idle press starts at once, the place that was made is filled, and the lot's life counts in its new place."""

    def three() -> Line:
        bare = two()
        bare.station("press", Constant(40.0), places=2)
        line = bare.build()
        line.buffers["press"].life = {"": 90.0, "part": 90.0}
        return line

    first = three()
    first.begin()
    first.env.run(until=50.0)
    data = json.loads(json.dumps(snapshot.state(first)))
    waits = [data["parts"][f"buffer {name}"]["queue"] for name in ("oven", "press")]
    moved = waits[0].copy()
    waits[0][:], waits[1][:] = [], moved
    line = three()
    snapshot.restore(line, data)
    assert [unit.log.state for unit in line.units()] == [BUSY, BUSY, BUSY]
    assert [item.lot.number for item in line.buffers["press"].queue] == moved[1:]
    assert moved[1] in [entry["value"][0] for entry in snapshot.state(line)["agenda"] if entry["what"] == "expire"]
    line.run(200.0)
    assert [law for law in check(line) if not law.holds] == []


def test_a_file_that_is_no_state_of_this_line_is_refused(tmp_path: Path) -> None:
    """The message names the file, and the line in it where there is one."""
    path = tmp_path / "state.json"
    small = BareLine(seed=1)
    small.feed()
    small.station("mill", Constant(1.0))
    for text, words in (
        ('{"format": 1,\n oops', r"state.json:2: .*one JSON file"),
        ("[1, 2]", "state.json: .*format is None"),
        ('{"format": 99}', "state.json: .*format is 99"),
        (f'{{"format": {snapshot.FORMAT}}}', "state.json: .*not as a line writes it .*units"),
        (f'{{"format": {snapshot.FORMAT}, "units": []}}', "state.json: .*not as a line writes it"),
        ("\udcff", "state.json: no text"),
        ("[" * 100_000, "state.json: .*nested too deeply"),
        (f"[1{'0' * 5000}]", "state.json: .*too many digits"),
        (json.dumps(snapshot.state(small.begin())), "state.json: .*other machines"),
    ):
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
        with pytest.raises(UsageError, match=words):
            snapshot.read(built(), path)
    with pytest.raises(UsageError, match="cannot be read"):
        snapshot.read(built(), tmp_path / "nothing.json")


def test_the_guide_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block of the page runs as it stands and prints the text under it."""
    monkeypatch.chdir(tmp_path)
    pairs = printed("start-from-a-state.md")
    assert len(pairs) == 4
    assert [actual for _, actual in pairs] == [expected for expected, _ in pairs]
