"""Make this checkout importable from its virtual environment, with `twin` as a command; no build backend is needed.

Run by `make setup` with the environment's own Python. The same as an editable install, without its downloads.
"""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = """#!{python}
import sys
from twin.cli import main

if __name__ == "__main__":  # worker processes read this file too
    sys.exit(main())
"""


def link() -> None:
    """Write the path file and the command."""
    Path(sysconfig.get_path("purelib"), "filmtwin.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    command = Path(sysconfig.get_path("scripts"), "twin")
    command.write_text(COMMAND.format(python=sys.executable), encoding="utf-8")
    command.chmod(0o755)


link()
