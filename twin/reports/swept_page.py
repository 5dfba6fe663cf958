"""The page of a sweep: table, what is new and what has moved since the sweep before, which points to doubt, picture."""

from twin.reports.changed import differs, moved
from twin.reports.headline import doubts, unclean
from twin.reports.swept import NUMBERS, failures, grid, headline, title
from twin.store.place import written as written_place
from twin.study.sweep import Point, Sweep
from twin.study.sweep_since import SweepSince

SHOWN = 20  # lines of a list; the table has all points
KEYS = frozenset(key for key, _, _ in NUMBERS)
STILL = "another run (no number of the table beyond noise)"  # others that are watched may have moved
UNREAD = "of which a run cannot be read (twin verify names the file)"


def page(
    found: Sweep, change: SweepSince | None = None, *, earlier: str = "", made: str = "", picture: str = ""
) -> str:
    """Return the page of a sweep in Markdown.

    Args:
        found: The sweep.
        change: What has changed since the sweep before; None without one.
        earlier: Address of that sweep's page; empty for none.
        made: Who computed the scenario itself, where that was in the store, in Markdown; empty where nobody knows.
        picture: Its picture in Markdown.
    """
    text = [
        f"# {headline(found)}", news(found, change, earlier=earlier, made=made), f"{title(found)}.", grid(found),
        *failures(found), _doubted(found), picture, f"Tables: `{written_place(found.base.store)}`.",
    ]  # fmt: skip
    return "\n\n".join(part for part in text if part) + "\n"


def news(found: Sweep, change: SweepSince | None, *, earlier: str = "", made: str = "") -> str:
    """Say how many runs are new, and what has changed since the sweep before.

    Args:
        found: The sweep.
        change: What has changed since the sweep before; None without one.
        earlier: Address of that sweep's page; empty for none.
        made: Who computed the scenario itself, where that was in the store, in Markdown; empty where nobody knows.
    """
    stored = len({one.run_id for one in found.results}) - found.computed
    text = [
        "" if found.computed else "Nothing is new: same inputs, same code.",
        f"Runs with that of the scenario itself: {found.computed} computed now, {stored} in the store before.",
        f"The scenario itself was computed by {made}." if made else "",
    ]
    return "\n\n".join(filter(None, (" ".join(filter(None, text)), _since(change, earlier))))


def _since(change: SweepSince | None, earlier: str) -> str:
    """Say what has changed since the sweep before, and which points have moved beyond noise in the table's numbers."""
    link = f"[the sweep before]({earlier})" if earlier else "the sweep before"
    if change is None:
        return f"The table of {link} is no longer there." if earlier else ""
    told = [(step, [one for one in step.since.moved if one.key in KEYS]) for step in change.steps]
    lines = [f"{step.point.name}: {'; '.join(map(moved, some))}" for step, some in told if some]
    counts = {
        "the same run": change.same, "moved": len(lines), STILL: len(told) - len(lines), "new": change.added,
        UNREAD: change.unread,
    }  # fmt: skip
    known = " and that can be read" if change.unread else ""
    what = differs(change.steps[0].since) if change.steps else f"no run that both have{known} has changed"
    points = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return "\n\n".join(filter(None, (f"Since {link}: {what}. Points: {points}.", _listed(lines))))


def _doubted(found: Sweep) -> str:
    """List what a reader should doubt: of the scenario itself, and what is not clean or new at single points."""
    usual = doubts(found.base)
    lines = []
    for point in (Point({}, found.base), *found.points):
        if point.result is not None:
            own = [one for one in doubts(point.result) if point.result is found.base or one not in usual]
            lines += [f"{point.name}: {one}" for one in (*own, *sorted(unclean(point.result)))]
    return _listed(lines)


def _listed(lines: list[str]) -> str:
    more = len(lines) - SHOWN
    return "\n".join(
        [*(f"- {one.rstrip('.')}." for one in lines[:SHOWN]), *([f"- and {more} more."] if more > 0 else [])]
    )
