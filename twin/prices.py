"""What things cost: every price is an estimate with its range, and money is counted from these alone."""

from collections.abc import Mapping

from twin.polymer.monomers import DIAMINES, DIANHYDRIDES, EPOXIES, HARDENERS, SUBSTANCES

# USD per kilogram, or per unit in the name; A-270: within a factor of two unless a market report is named
OTHER = {
    "copper foil": 15.0,  # 18 um rolled foil, 161 g/m2
    "release film": 6.0,  # silicone-treated PET
    "polyimide film": 90.0,  # 25 um film of the test laminate
    "spacer tape": 25.0,
    "electricity_kWh": 0.12,  # 0.08-0.25
    "steam_MJ": 0.012,
    "cooling_MJ": 0.004,
    "nitrogen_m3": 0.15,
    "operator_h": 45.0,  # 30-60
    "laser_h": 12.0,  # optics and diodes by the hour
}


def price_list() -> Mapping[str, float]:
    """Return the price of everything that a stage may feed or use. [USD/kg] or [USD] per unit in the name

    >>> price_list()["ESDA"], price_list()["operator_h"]
    (120.0, 45.0)
    """
    prices = dict(OTHER)
    for table in (DIANHYDRIDES, DIAMINES, SUBSTANCES, EPOXIES, HARDENERS):
        prices.update({name: entry.price for name, entry in table.items()})
    return prices
