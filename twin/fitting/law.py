"""What a fit consists of: the columns of its data, the settings that it finds, and the stage that predicts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Row = Mapping[str, float]


class Prediction(NamedTuple):
    """What a stage says to one row.

    Attributes:
        values: What it predicts, by measured column, in SI units.
        flags: Doubts that it raises, such as ``extrapolated: peel``.
    """

    values: Row
    flags: tuple[str, ...] = ()


Meant = Callable[[Any, Row], Row]
Predict = Callable[[Any, Row], Prediction]


class Column(NamedTuple):
    """One column of a data file.

    Attributes:
        name: Its name, with the unit in it.
        unit: Unit in which it is written.
        si: SI unit in which it is used.
        low: Smallest value, in the unit in which it is written.
        high: Largest value, likewise.
        about: What it is.
        required: Whether each row must have it.
        apart: Of a measured column: how far two measurements of one thing may lie apart, in the unit in which it is
            written; 0 for a column that is set and not measured.
        reads: Of a measured column: the columns that its law reads; empty for all that are set.
    """

    name: str
    unit: str
    si: str
    low: float
    high: float
    about: str
    required: bool = False
    apart: float = 0.0
    reads: tuple[str, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether it is measured rather than set."""
        return self.apart > 0.0


class Law(NamedTuple):
    """One kind of fit.

    Attributes:
        kind: Its name on the command line.
        product: Product whose settings are fitted where none is named.
        stage: Stage whose settings are fitted.
        about: What it finds, in a few words.
        columns: Columns of its data.
        settings: Settings that it finds, the one that data tell best first; the last is held first.
        linear: Those of them whose error is taken as even on their own scale, not on that of the logarithm.
        prepare: Stage without its scatter, from the product's procedure.
        meant: A row with what its empty cells mean, and without cells that count for nothing beside the others.
        predict: What the stage says to one row, by column; SI units on both sides.
        sources: Files under ``twin`` that hold its equations.
        needs: Groups of columns of which a row must have at least one.
    """

    kind: str
    product: str
    stage: str
    about: str
    columns: tuple[Column, ...]
    settings: tuple[str, ...]
    linear: frozenset[str]
    prepare: Callable[[Mapping[str, Any]], Any]
    meant: Meant
    predict: Predict
    sources: tuple[str, ...]
    needs: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        return next(one for one in self.columns if one.name == name)

    def set_so(self, prepared: object, row: Row, measured: Column) -> tuple[tuple[str, float], ...]:
        """Return all that a measured column follows from: equal for rows that were set alike, to nine digits.

        Args:
            prepared: Stage without its scatter, as ``prepare`` returns it.
            row: A row, in SI units.
            measured: The column.
        """
        known = measured.reads or tuple(one.name for one in self.columns if not one.measured)
        meant = self.meant(prepared, row)
        return tuple((name, float(f"{meant[name]:.9g}")) for name in known if name in meant)

    def measured(self) -> Sequence[Column]:
        """List the columns that are measured."""
        return [one for one in self.columns if one.measured]
