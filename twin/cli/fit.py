# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The command `fit`: measurements of one's own become a parameter set."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.options import Json, Sets, warn
from twin.errors import UsageError
from twin.layout import columns, short

if TYPE_CHECKING:
    from twin.fitting import Fitted
    from twin.fitting.law import Column


class Kind(StrEnum):
    """What can be fitted."""

    peel = "peel"
    drying = "drying"
    gel = "gel"
    drilling = "drilling"


def fit(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help="peel, drying, gel or drilling.")],
    data: Annotated[Path, typer.Option("--data", metavar="FILE", help="CSV of measurements.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Parameter set; default beside the data, .fit.json.")
    ] = None,
    product: Annotated[str, typer.Option("--product", help="Whose settings are fitted; default the usual one.")] = "",
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="NAME|FILE", help="Whose other settings hold.")
    ] = "baseline",
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Fit settings of the physics to measurements, and write a parameter set for scenarios.

    What the data cannot tell is named and held at its present value. docs/how-to/fit-to-your-data.md has the columns.
    """
    from twin.fitting import fit as fitted
    from twin.fitting import written
    from twin.fitting.parameter_set import SUFFIX
    from twin.scenario import load
    from twin.store.version import model_version

    file = out or data.parent / f"{data.stem}{SUFFIX}"
    if file.suffix != ".json":
        raise UsageError(f"--out {file}: a parameter set ends in .json. Write --out {file.stem}{SUFFIX}.")
    found = fitted(kind.value, data, load(scenario, sets or (), warn=warn), model_version(), product)
    text = written(found.content)
    _write(file, text)
    for name, why in found.solution.held.items():
        one = found.settings[name]
        warn(f"{data.name}: the data do not tell {one.path} ({why}); held at {one.written()}.")
    for doubt in _doubts(found):
        warn(f"{data.name}: {doubt}")
    typer.echo(text if json else _shown(found), nl=not json)
    typer.echo(
        f'{file} written. Use it: twin run baseline --fit {file}, or fits = ["{file.name}"] beside it.', err=True
    )


def _write(file: Path, text: str) -> None:
    """Write the set; the same one may stand there already, another one not."""
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        if not file.is_file() or file.read_bytes() != text.encode():
            raise UsageError(
                f"{file}: another file stands there. Scenarios may use it: give a new name with --out FILE."
            ) from None
    except FileNotFoundError:
        raise UsageError(f"{file}: its folder does not exist. Make it, or give another: --out FILE.") from None


def _doubts(found: "Fitted") -> list[str]:
    """What to doubt about all that was found, a line each."""
    told, silent = [], found.solution.silent
    if silent:
        mend = "Add rows that were measured anew, or leave that column out"
        told.append(f"no error of the fitted values can be told: {silent}. {mend}.")
    flags = found.content["extrapolated"]
    if flags:
        outside = len({number for numbers in flags.values() for number in numbers})
        rows = f"{outside} of {len(found.table.lines)} rows"
        told.append(f"{rows} lie outside a tested domain of the stage ({'; '.join(flags)}); the set names them.")
    return told


def _shown(found: "Fitted") -> str:
    rows = [_row(found, name) for name in found.law.settings]
    left = found.content["residuals"]["columns"]
    scatter = [
        (column.name, str(told["measurements"]), f"{_plain(told['standard_deviation'], column)} {column.unit}")
        for column in found.law.measured()
        if (told := left.get(column.name))
    ]
    return "\n".join(
        [
            f"{found.law.kind}: {found.law.about}; {len(found.table.lines)} rows of {found.table.name}",
            "",
            columns(rows, ("setting", "before", "fitted", "90 % interval", "standard error")),
            "",
            columns(scatter, ("measured", "values", "left over, sd")),
            *_correlated(found),
        ]
    )


def _plain(value: float, column: "Column") -> str:
    from twin.units import convert

    return f"{convert(value, column.si, column.unit):.3g}"


def _row(found: "Fitted", name: str) -> tuple[str, str, str, str, str]:
    one, told = found.settings[name], found.solution
    if name in told.held:
        return one.path, one.written(), "held", "", ""
    if told.silent:
        return one.path, one.written(), one.written(told.values[name], 4), "cannot be told", ""
    low, high = (one.written(end, 4) for end in told.intervals[name])
    error = 100.0 * told.errors[name] / told.values[name]
    return one.path, one.written(), one.written(told.values[name], 4), f"{low} to {high}", f"{short(error, 2)} %"


def _correlated(found: "Fitted") -> list[str]:
    strong = [(pair, value) for pair, value in found.solution.correlations.items() if abs(value) > 0.8]
    return ["", *(f"correlation {value:+.2f}: {one} and {other}" for (one, other), value in strong)] if strong else []


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(fit)
