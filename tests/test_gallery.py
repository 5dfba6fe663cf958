"""The command that draws maps, and the page that shows them all."""

import json
import sys

import pytest

from twin.cli import main
from twin.maps import MAPS, named
from twin.reports.pictures import gallery

ENDS = {".svg": b"<?xml", ".pdf": b"%PDF", ".png": b"\x89PNG"}


@pytest.fixture
def one_map(monkeypatch):
    """The map of the predry alone, with few points, so that it is drawn at once."""
    sketch = MAPS["predry"]
    small = sketch._replace(points=(3, 3))
    for module in (gallery, sys.modules[named.__module__]):
        monkeypatch.setattr(module, "MAPS", {"predry": small})
    return small


def test_the_maps_are_listed(capsys):
    """In words and as JSON: each by its name, with the products that it is made for."""
    assert main(["map"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == list(MAPS)
    assert main(["map", "--list", "--json"]) == 0
    assert {one["name"]: tuple(one["products"]) for one in json.loads(capsys.readouterr().out)} == {
        name: sketch.products for name, sketch in MAPS.items()
    }


@pytest.mark.usefixtures("one_map")
@pytest.mark.parametrize("ending", ENDS)
def test_a_map_is_drawn_in_the_format_of_its_name(ending, tmp_path, capsys):
    """Equal maps are equal files in every format, and the command says where they are."""
    for name in ("a", "b"):
        assert main(["map", "predry", "--out", str(tmp_path / f"{name}{ending}")]) == 0
    assert f"b{ending} written" in capsys.readouterr().err
    first, second = ((tmp_path / f"{name}{ending}").read_bytes() for name in ("a", "b"))
    assert first == second
    assert first.startswith(ENDS[ending])


def test_the_page_and_its_pictures_are_written_together(one_map, tmp_path):
    """For every product a picture that the page shows, with the command that draws it."""
    page, *pictures = gallery.write(tmp_path)
    text = page.read_text(encoding="utf-8")
    assert len(pictures) == len(one_map.products)
    for picture, product in zip(pictures, one_map.products, strict=True):
        assert picture.is_file()
        assert f"(maps/{picture.name})" in text
        assert product.replace("_", "-") in picture.name
    assert "`twin map predry`" in text
