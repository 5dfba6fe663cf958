"""A fresh clone with the demo's run, `twin up` in it, and a browser that keeps what it is asked for."""

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import served

CHROMIUM = "/usr/bin/chromium"
SHOTS = served.ROOT / "build" / "screenshots"  # git-ignored
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items):
    """Say why nothing is driven where there is no browser."""
    if not Path(CHROMIUM).exists():
        for item in items:
            if item.get_closest_marker("ui"):
                item.add_marker(pytest.mark.skip(reason=f"{CHROMIUM} is not there: apt-get install chromium"))


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    """What a clone brings: nobody says where home and store are, so they are where the project has them by itself."""
    root = tmp_path_factory.mktemp("fresh") / "clone"
    git = str(shutil.which("git"))
    listed = subprocess.run([git, "ls-files", "-z"], cwd=served.ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (served.ROOT / name).is_file():  # one that was taken away and not committed yet is not there
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(served.ROOT / name, root / name)
    return root


@pytest.fixture(scope="session")
def demo(clone):
    """The run id of what `make demo` does, in small; made by an embedded server of the clone's own."""
    done = subprocess.run(
        [sys.executable, "-m", "twin", "run", "baseline", "--prefect", "--days", "5", "--replications", "2"],
        cwd=clone, env=served.environment(None, PYTHONPATH=str(clone)), capture_output=True, text=True, check=False,
        timeout=served.START,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (run,) = (clone / "datasets" / "store" / "tables" / "runs").glob("*.parquet")
    return run.stem


@pytest.fixture(scope="session")
def up(clone, demo):
    """`twin up` in the same clone, after the demo."""
    assert demo
    with served.up(clone / ".prefect", clone=clone, PYTHONPATH=str(clone)) as found:
        yield found


@pytest.fixture(scope="session")
def browser(up):
    """A page that is signed in, and every address that was asked for."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the quick tests do without

    SHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = started.new_context(viewport={"width": 1400, "height": 1000}, color_scheme="light")
        context.set_default_timeout(120_000)
        page, asked = context.new_page(), []
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.goto(up.page)
        page.locator("input").fill(up.secret)
        page.keyboard.press("Enter")
        page.wait_for_url("**/v2/dashboard*")
        yield SimpleNamespace(page=page, asked=asked, context=context)
        started.close()


@pytest.fixture(scope="session")
def look(browser):
    """Keep a picture of the whole page for whoever wants to look at it; say how often it was asked for."""

    def keep(name: str, height: int = 1000) -> None:
        browser.page.set_viewport_size({"width": 1400, "height": height})
        browser.page.wait_for_timeout(1500)
        browser.page.screenshot(path=SHOTS / f"{name}.png")
        browser.page.set_viewport_size({"width": 1400, "height": 1000})

    return keep
