"""The example files of datasets/reference, made anew by `python -m twin.examples`; they are no measurements."""

from pathlib import Path

from twin.fitting.kinds import KINDS
from twin.fitting.synthetic import text
from twin.scenario import baseline

FOLDER = Path(__file__).resolve().parent.parent / "datasets" / "reference"


def main() -> None:
    """Write one example for each kind of fit."""
    for kind in KINDS:
        (FOLDER / f"example_{kind}.csv").write_text(text(kind, baseline()), encoding="utf-8")


if __name__ == "__main__":
    main()
