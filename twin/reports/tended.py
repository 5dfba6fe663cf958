"""What was done to a store, for whoever looks after it."""

from twin.errors import printable
from twin.tending import Tended

SHOWN = 20  # bad files that are listed


def headline(found: Tended) -> str:
    """Say in one sentence how a store is."""
    aside = ", moved to quarantine" if found.moved else ""
    bad = f"{len(found.problems)} BAD{aside}" if found.problems else "" if found.unread else "all good"
    unread = f"{len(found.unread)} could NOT be read" if found.unread else ""
    how = ", ".join(one for one in (bad, unread) if one)
    gone = f"; {_counted(len(found.retired), 'run')} retired" if found.retired else ""
    return f"{_counted(found.runs, 'run')}, {_counted(found.files, 'file')}, {found.size / 1e6:.1f} MB: {how}{gone}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def rows(found: Tended) -> list[dict[str, str]]:
    """Return what was done as rows of a table."""
    done = (
        ("verified", f"{found.runs} runs, {found.files} files"), ("bad", f"{len(found.problems)} files"),
        ("could not be read", f"{len(found.unread)} files"),
        ("moved to quarantine", f"{len(found.moved)} files"), ("settled", f"{found.settled} changes left half done"),
        ("retired", f"{len(found.retired)} runs"), ("data removed", f"{len(found.cleared)} runs retired before"),
        ("lineage made up", f"{len(found.made_up)} runs"),
    )  # fmt: skip
    return [{"what": what, "how much": how} for what, how in done]


def _listed(files: tuple[tuple[str, str], ...]) -> str:
    lines = [f"- `{printable(key, 200)}`: {printable(what, 200)}" for key, what in files[:SHOWN]]
    return "\n".join([*lines, *([f"- and {len(files) - SHOWN} more"] if len(files) > SHOWN else [])])


def page(found: Tended) -> str:
    """Return the page in Markdown."""
    bad, unread = _listed(found.problems), _listed(found.unread)
    todo = "The rest can be read" if found.moved else "Take them out of the way: `twin verify --quarantine`"
    mend = f"{todo}; what was computed can be computed again."
    parts = [
        f"# {headline(found)}", *([bad, mend] if bad else []),
        *([unread, "These may be good and stay: see to what is said there, then verify again."] if unread else []),
        f"Retired: {', '.join(f'`{one}`' for one in found.retired)}." if found.retired else "",
        f"Store: `{found.store}`.",
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"
