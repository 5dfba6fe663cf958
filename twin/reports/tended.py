"""What was done to a store, for whoever looks after it."""

from twin.errors import printable
from twin.store.place import written
from twin.tending import Tended

SHOWN = 20  # bad files that are listed


def headline(found: Tended) -> str:
    """Say in one sentence how a store is."""
    aside = ", moved to quarantine" if found.moved and not found.failed else ""
    bad = f"{len(found.bad)} BAD{aside}" if found.bad else "" if found.unread or found.failed else "all good"
    unread = f"{len(found.unread)} UNREAD" if found.unread else ""
    newer = f"{len(found.newer)} NEWER" if found.newer else ""
    failed = f"{_counted(len(found.failed), 'step')} FAILED" if found.failed else ""
    how = ", ".join(one for one in (bad, unread, newer, failed) if one)
    gone = f"; {_counted(len(found.retired), 'run')} retired" if found.retired else ""
    return f"{_counted(found.runs, 'run')}, {_counted(found.files, 'file')}, {found.size / 1e6:.1f} MB: {how}{gone}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def rows(found: Tended) -> list[dict[str, str]]:
    """Return what was done as rows of a table."""
    done = (
        ("verified", f"{found.runs} runs, {found.files} files"), ("bad", f"{len(found.bad)} files"),
        ("unread", f"{len(found.unread)} files"), ("newer", f"{len(found.newer)} files"),
        ("moved to quarantine", f"{len(found.moved)} files"), ("settled", f"{found.settled} changes left half done"),
        ("retired", f"{len(found.retired)} runs"), ("data removed", f"{len(found.cleared)} runs retired before"),
        ("lineage made up", f"{len(found.made_up)} runs"), ("failed", f"{len(found.failed)} steps"),
    )  # fmt: skip
    return [{"what": what, "how much": how} for what, how in done]


def _listed(files: tuple[tuple[str, str], ...]) -> str:
    lines = [f"- `{printable(key, 200)}`: {printable(what, 200)}" for key, what in files[:SHOWN]]
    return "\n".join([*lines, *([f"- and {len(files) - SHOWN} more"] if len(files) > SHOWN else [])])


def _todo(found: Tended) -> str:
    mend = f"`twin verify --quarantine --store {written(found.store)}`"
    if found.failed:
        return f"Not all was done: see to what is said below, then {mend}"
    return "The rest can be read" if found.moved else f"Take them out of the way: {mend}"


def page(found: Tended) -> str:
    """Return the page in Markdown."""
    bad, unread, newer = _listed(found.bad), _listed(found.unread), _listed(found.newer)
    mend = f"{_todo(found)}; what was computed can be computed again."
    parts = [
        f"# {headline(found)}", *([bad, mend] if bad else []),
        *([unread, "These are unread, may be good and stay: see to what is said; verify again."] if unread else []),
        *([newer, "These a newer version wrote: they were not looked at, and stay."] if newer else []),
        "\n".join(f"- {printable(one, 300)}" for one in found.failed[:SHOWN]),
        f"Retired: {', '.join(f'`{one}`' for one in found.retired)}." if found.retired else "",
        f"Store: `{found.store}`.",
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"
