"""One value as it was written, checked against its setting: type, unit, finiteness, range."""

from datetime import date, datetime, time
from math import isfinite

from twin.errors import joined, nearest, printable
from twin.settings import MOST, Setting, Value
from twin.units import UnitsError, to_si

_LONGEST = 100


class RefusedError(ValueError):
    """A value that a setting cannot take; the message says why and what to write."""


def shown(value: object) -> str:
    """Return a value as it stands in a message.

    >>> shown(True), shown("310 degC"), shown(float("nan"))
    ('true', '310 degC', 'nan')
    """
    return str(value).lower() if isinstance(value, bool) else printable(value)


def read(setting: Setting, told: object) -> Value:
    """Return the value in SI units.

    Raises:
        RefusedError: The setting cannot take it.
    """
    if setting.kind is str:
        return _text(setting, told)
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        raise RefusedError(f"{_a_what(told)} is no number. {_use(setting)}")
    for name, value in setting.about.named:
        if told == name:
            return value
    value = _whole(setting, told) if setting.kind is int else _real(setting, told)
    _check_range(setting, value)
    return value


def _a_what(told: object) -> str:
    if isinstance(told, bool):
        return "true or false"
    if isinstance(told, date | time):
        return "a date or time of day"
    return "a list" if isinstance(told, list) else "a table"


def _use(setting: Setting) -> str:
    return f"Use {setting.range()}."


def _example(setting: Setting) -> str:
    return setting.number(setting.value or setting.low)


def _whole(setting: Setting, told: float | str) -> int:
    if isinstance(told, int):
        return told
    if isinstance(told, str):
        raise RefusedError(f"a whole number is needed, without quotes and unit. {_use(setting)}")
    if not isfinite(told):
        raise RefusedError(f"it is no finite number. {_use(setting)}")
    raise RefusedError(f"a whole number is needed. {_use(setting)}")


def _real(setting: Setting, told: float | str) -> float:
    try:
        if isinstance(told, str) and _is_difference(setting) and ("deg" in told or "°" in told):
            raise RefusedError(f"a difference of temperatures is in K. {_use(setting)}")
        if not isinstance(told, str) and not isfinite(float(told)):
            raise RefusedError(f"it is no finite number. {_use(setting)}")
        return to_si(told if isinstance(told, str) else float(told), setting.about.unit, _example(setting))
    except UnitsError as error:
        raise RefusedError(str(error)) from None
    except OverflowError:
        raise RefusedError(f"it is no finite number. {_use(setting)}") from None


def _is_difference(setting: Setting) -> bool:
    """Say whether kelvins are a step and not a place on the scale: then 2 degC would become 275.15 K."""
    return setting.about.unit == "K" and setting.about.low < 100.0


def _check_range(setting: Setting, value: float) -> None:
    choices = setting.about.choices
    if choices and value not in choices:
        raise RefusedError(f"it is none of its {len(choices)} values. {_use(setting)}")
    if setting.low <= value <= setting.high:
        return
    above = value > setting.high
    if above and not isfinite(setting.about.high):
        raise RefusedError(f"more than {MOST:,.0f} times {setting.written()}, a slip of the pen. {_use(setting)}")
    end = setting.number(setting.high if above else setting.low)
    side = f"above {end}, the most" if above else f"below {end}, the least"
    raise RefusedError(f"{side} that machine or physics allow ({_whose(setting)}). {_use(setting)}")


def _whose(setting: Setting) -> str:
    """Name a setting and whose limit its range is; a patent is no word about this plant's machines."""
    said = "" if setting.about.evidence == "patent" else setting.about.source.partition(" (")[0]
    whose = setting.about.limit or said
    return f"{setting.path}, {whose}" if whose else setting.path


def _text(setting: Setting, told: object) -> str:
    if isinstance(told, datetime):
        told = told.isoformat()
    if not isinstance(told, str):
        hint = f"Use {joined(setting.choices)}." if setting.choices else f'Write it like "{setting.value}".'
        raise RefusedError(f"a text is needed. {hint}")
    if not told or len(told) > _LONGEST or not told.isprintable():
        raise RefusedError(f"one line of 1 to {_LONGEST} printable characters is needed.")
    if setting.choices and told not in setting.choices:
        raise RefusedError(
            f"no such {setting.path.rpartition('.')[2]}.{nearest(told, setting.choices)} {_use(setting)}"
        )
    if setting.path == "study.start":
        _check_start(told)
    return told


def _check_start(told: str) -> None:
    try:
        begins = datetime.fromisoformat(told)
    except ValueError:
        begins = None
    if begins is None or begins.tzinfo is None:
        raise RefusedError('a date and time with its zone is needed. Write it like "2026-01-05T06:00:00+00:00".')
    if not 1970 <= begins.year <= 2200:
        raise RefusedError("a year from 1970 to 2200 is needed.")
