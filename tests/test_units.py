"""The border of units: what is written comes in as it was meant, or not at all."""

import importlib
import re
from dataclasses import is_dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import twin
from twin.parameter import parameters
from twin.units import UnitsError, convert, in_shop, is_unit, span, to_si

TWIN = Path(twin.__file__).parent


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("110 degC", "K", 383.15),
        ("110 °C", "K", 383.15),
        ("230 degF", "K", 383.15),
        ("383.15 K", "K", 383.15),
        ("5 um", "m", 5e-6),
        ("5 µm", "m", 5e-6),
        ("3 m/min", "m/s", 0.05),
        ("80 gf/mm", "N/m", 784.532),
        ("15 kgf", "N", 147.09975),
        ("1300 poise", "Pa*s", 130.0),
        ("5600 cP", "Pa*s", 5.6),
        ("18 wt%", "kg/kg", 0.18),
        ("18 wt_percent", "kg/kg", 0.18),
        ("25 phr", "kg/kg", 0.25),
        ("400 ppm", "kg/kg", 4e-4),
        ("72 h", "s", 259200.0),
        ("45 1/s", "1/s", 45.0),
        ("20 kHz", "1/s", 2e4),
        ("0.15 J/cm^2", "J/m^2", 1500.0),
        ("3 MPa", "Pa", 3e6),
        ("150 USD/kg", "USD/kg", 150.0),
        ("5 rolls", "1", 5.0),
        ("400 panel", "1", 400.0),
        ("0.3", "kg/kg", 0.3),
        (7, "1", 7.0),
    ],
)
def test_units_as_people_write_them(text: str | float, unit: str, value: float) -> None:
    """What an engineer writes becomes the SI value to the last digit that he can have meant."""
    assert to_si(text, unit) == value


@pytest.mark.parametrize(
    ("text", "unit", "hint"),
    [
        ("110 C", "K", "coulomb"),
        ("110C", "K", "degC"),
        ("110 F", "K", "farad"),
        ("110 deg", "K", "angle"),
        ("5600 cps", "Pa*s", "counts a second"),
        ("80 g/mm", "N/m", "gf/mm"),
        ("15 kg", "N", "kgf"),
        ("20 m", "s", "min"),
        ("72 H", "s", "henry"),
        ("110", "K", "unit is missing"),
        (110, "K", "unit is missing"),
        ("110 m", "K", "metre"),
        ("110 furlongs/fortnite", "m/s", "is no unit"),
        ("nan K", "K", "no finite number"),
        ("inf s", "s", "no finite number"),
        ("1e999 s", "s", "no finite number"),
        ("12:30", "s", "Decimals"),
        ("1,5 um", "m", "Decimals"),
        ("", "m", "no finite number"),
        ("um 5", "m", "no finite number"),
        ("2 m^9^9^9^9", "m", "is no unit"),
        ("2 m**99", "m", "is no unit"),
        ("2 __import__('os')", "m", "is no unit"),
        ("2 " + "m" * 100, "m", "no finite number"),
        ("5 dBm", "W", "no linear unit"),
        ("5 m; 6 m", "m", "is no unit"),
    ],
)
def test_what_is_refused_at_the_border(text: str | float, unit: str, hint: str) -> None:
    """A trap of units, a missing or a foreign unit, or no number ends as one kind of error that says what to write."""
    with pytest.raises(UnitsError, match=re.escape(hint)):
        to_si(text, unit, "an example")


PAIRS = [
    ("K", "degC"),
    ("m", "um"),
    ("s", "h"),
    ("m/s", "m/min"),
    ("Pa*s", "poise"),
    ("N/m", "gf/mm"),
    ("kg/kg", "wt%"),
]


@given(st.sampled_from(PAIRS), st.floats(1e-3, 1e6))
def test_there_and_back(pair: tuple[str, str], value: float) -> None:
    """A value that is printed in shop units to ten digits and read again is the same to 1e-8."""
    unit, shop = pair
    text = f"{convert(value, unit, shop):.12g} {shop}"
    assert to_si(text, unit) == pytest.approx(value, rel=1e-8, abs=1e-8)


def test_shop_units_are_printed() -> None:
    """A value and a range are printed in the shop's unit, a bare share without one, an open range as such."""
    assert in_shop(383.15, "K", "degC") == "110 degC"
    assert in_shop(1.5, "K", "delta_degC") == "1.5 K"
    assert in_shop(0.25, "1", "1") == "0.25"
    assert span(293.15, 523.15, "K", "degC") == "20-250 degC"
    assert span(0.0, 473.15, "K", "degC") == "200 degC or less"
    assert span(0.0, float("inf"), "s", "h") == "0 h or more"
    assert span(float("-inf"), 0.05, "kg/kg", "wt%") == "5 wt% or less"


def test_pint_stays_at_the_border() -> None:
    """No module but the border of units names pint."""
    users = [
        path for path in TWIN.rglob("*.py") if re.search(r"^\s*(import|from) pint", path.read_text(), re.MULTILINE)
    ]
    assert [path.name for path in users] == ["units.py"]


def test_units_of_parameters() -> None:
    """Each declared constant has a unit and a shop unit that the border reads and turns into each other."""
    count = 0
    for path in sorted(TWIN.rglob("*.py")):
        if "param(" not in path.read_text():
            continue
        module = importlib.import_module(".".join(["twin", *path.relative_to(TWIN).with_suffix("").parts]))
        for held in vars(module).values():
            for name, about in parameters(held).items() if isinstance(held, type) and is_dataclass(held) else ():
                assert is_unit(about.unit), (path.name, name, about.unit)
                there = convert(1.0, about.unit, about.shop)
                assert convert(there, about.shop, about.unit) == pytest.approx(1.0), (path.name, name, about.shop)
                count += 1
    assert count > 200
