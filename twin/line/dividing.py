"""How lots come together and come apart: loads, pools, paths, cuts. Nothing is lost on the way."""

from math import floor
from typing import TYPE_CHECKING

from twin.line import lots, writing
from twin.line.item import Item
from twin.line.rules import Cut, Path, Pool
from twin.material import pooled, portion

if TYPE_CHECKING:  # a station gives its rules
    from twin.line.station import Station

_WHOLE = Path("")


def picked(station: "Station") -> list[Item] | None:
    """Take the next load or pool out of the buffer: of one kind, and of the campaign's product."""
    now = station.line.env.now
    groups: dict[object, list[Item]] = {}
    active = station.campaign.active(now) if station.campaign else None
    for item in station.inbound.queue:
        if active is None or item.lot.product == active:
            groups.setdefault((item.lot.product, item.lot.material, bool(item.attempts)), []).append(item)
    for group in groups.values():
        load = _pooled(station, station.pool, group) if station.pool else _load(station, group)
        if load:
            return load
    return None


def _load(station: "Station", group: list[Item]) -> list[Item] | None:
    rule = station.load
    if rule is None:
        chosen = group[:1]
    elif len(group) >= rule.minimum:
        chosen = group[: rule.maximum]
    else:
        deadline = group[0].since + rule.patience
        if station.line.env.now < deadline:
            station.wake_at(deadline)
            return None
        chosen = group
    for item in chosen:
        station.inbound.take_out(item)
    station.inbound.write_level()
    return chosen


def _pooled(station: "Station", rule: Pool, group: list[Item]) -> list[Item] | None:
    product = group[0].lot.product
    if product not in rule.masses:
        raise ValueError(f"station {station.name}: its pool has no mass for product {product!r}; give one")
    wanted = rule.masses[product]
    if product in rule.cover:
        ahead = sum(item.lot.product == product for item in station.line.buffers[rule.feeds].queue)
        if ahead >= rule.cover[product]:
            return None
    if sum(item.lot.mass for item in group) < wanted * (1.0 - 1e-9):
        return None
    parts: list[Item] = []
    line, buffer = station.line, station.inbound
    for item in group:
        if wanted <= 1e-12 * item.lot.mass:
            break
        if item.lot.mass <= wanted * (1.0 + 1e-9):
            buffer.take_out(item)
            parts.append(item)
            wanted -= item.lot.mass
        else:
            parts.append(lots.split_off(line, item, wanted / item.lot.mass, station.name))
            wanted = 0.0
    buffer.write_level()
    together = line.new_item(f"{station.name} pool", group[0].lot.product, born=min(part.born for part in parts))
    together.lot = pooled([part.lot for part in parts], together.lot.number)
    together.money = sum(part.money for part in parts)
    together.marks = tuple(sorted({mark for part in parts for mark in part.marks}))
    together.grade = max(part.grade for part in parts)
    now = line.env.now
    ages = sum((now - part.ended) * part.lot.mass for part in parts)  # each kilogram has waited for its own time
    together.ended = now - ages / together.lot.mass
    for part in parts:
        writing.parent(line, part, together, "pool")
        line.end(part, "pooled", station.name, goes_on=True)
    line.stock_taken()
    return [together]


def path_of(station: "Station", item: Item) -> Path:
    """Return the way that a lot takes: the first whose product, pattern and chance fit."""
    product = item.lot.product
    for number, path in enumerate(station.paths):
        if path.product and path.product != product:
            continue
        if path.share < 1.0 and not _in_pattern(station, f"{number}/{product}", path.share):
            continue
        if path.chance < 1.0:
            # the count of returns, from wherever: a lot that comes through a second time draws anew
            draws = station.chance_draws.at(item.ordinal, item.attempt("service"))
            if draws.uniform(f"{number}/{product}") >= path.chance:
                continue
        if path.again:
            item.again()
        return path
    raise ValueError(f"station {station.name}: no path for a lot of product {product!r}; add one without conditions")


def _in_pattern(station: "Station", key: str, share: float) -> bool:
    before = station.path_counts.get(key, 0)
    station.path_counts[key] = before + 1
    return floor((before + 1) * share) > floor(before * share)


def divided(station: "Station", items: list[Item]) -> list[Item]:
    """Choose each lot's way and divide it as that way asks."""
    parts: list[Item] = []
    for item in items:
        path = path_of(station, item)
        cut = _cut(station, item, path.cut) if path.cut else [item]
        for part in cut:
            part.to = path.to
        parts.extend(cut)
    return parts


def _cut(station: "Station", item: Item, cut: Cut) -> list[Item]:
    line, lot = station.line, item.lot
    if cut.by == "mass":
        count = max(1, round(lot.mass / cut.size))
        shares = [1.0 / count] * count
    else:
        width = lot.properties.get("coated_width", 0.0)
        panels = floor(lot.length * width / cut.panel_area + 1e-9)
        if panels < 1:
            writing.loss(line, item, station.name, "too short for a panel", lot.length, "scrap")
            lots.scrap(line, item, station.name)
            return []
        lot = lots.into_panels(line, item, float(panels), cut)
        whole, rest = divmod(panels, int(cut.size))
        shares = [cut.size / panels] * whole + ([rest / panels] if rest else [])
    parts = []
    for share in shares:
        part = line.new_item(f"{station.name} cut", lot.product, born=item.born)
        material = cut.material or lot.material
        piece = portion(lot, share)
        part.lot = piece._replace(
            number=part.lot.number, parents=(lot.number,), material=material, panels=round(piece.panels, 9)
        )
        part.money, part.grade, part.marks = item.money * share, item.grade, item.marks
        part.ended, part.priority = item.ended, item.priority
        part.origin = part.lot.number if cut.by == "mass" else item.lot.number
        writing.parent(line, item, part, "cut")
        parts.append(part)
    line.end(item, "cut", station.name, goes_on=True)
    return parts
