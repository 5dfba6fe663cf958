"""What was done to a store, for whoever looks after it."""

from twin.errors import printable
from twin.tending import Tended

SHOWN = 20  # bad files that are listed


def headline(found: Tended) -> str:
    """Say in one sentence how a store is."""
    bad = f"{len(found.problems)} BAD" if found.problems else "all good"
    gone = f"; {_counted(len(found.retired), 'run')} retired" if found.retired else ""
    return f"{_counted(found.runs, 'run')}, {_counted(found.files, 'file')}, {found.size / 1e6:.1f} MB: {bad}{gone}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def rows(found: Tended) -> list[dict[str, str]]:
    """Return what was done as rows of a table."""
    done = (
        ("verified", f"{found.runs} runs, {found.files} files"), ("bad", f"{len(found.problems)} files"),
        ("moved to quarantine", f"{len(found.moved)} files"), ("settled", f"{found.settled} changes left half done"),
        ("retired", f"{len(found.retired)} runs"), ("data removed", f"{len(found.cleared)} runs retired before"),
        ("lineage made up", f"{len(found.made_up)} runs"),
    )  # fmt: skip
    return [{"what": what, "how much": how} for what, how in done]


def page(found: Tended) -> str:
    """Return the page in Markdown."""
    bad = [f"- `{printable(key, 200)}`: {printable(what, 200)}" for key, what in found.problems[:SHOWN]]
    bad += [f"- and {len(found.problems) - SHOWN} more"] if len(found.problems) > SHOWN else []
    mend = "Take them out of the way: `twin verify --quarantine`; what was computed can be computed again."
    parts = [
        f"# {headline(found)}", *(["\n".join(bad), *([] if found.moved else [mend])] if bad else []),
        f"Retired: {', '.join(f'`{one}`' for one in found.retired)}." if found.retired else "",
        f"Store: `{found.store}`.",
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"
