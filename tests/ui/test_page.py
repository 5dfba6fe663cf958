"""Laws of the page, in a browser: the demo's run stands there, a form starts a what-if, its answer can be read."""

import io
import re
from urllib.parse import urlsplit

import pytest
import served
from PIL import Image

from flows import strict

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.ui]
PICTURES = {"station states", "work in process", "yield lost by limit", "quality against limits"}


def ended(up, name):
    """The newest flow run of a deployment, once it has ended."""
    deployment = up.deployment(name)["id"]

    def mine() -> list:
        return [one for one in up.runs() if one["deployment_id"] == deployment and one["state_type"] != "SCHEDULED"]

    served.wait(mine, served.START)
    return up.over(max(mine(), key=lambda one: one["created"])["id"])


def artifacts(up, run):
    """Address of the page of each artifact of a flow run, by its key."""
    found = up.ask("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}})[1]
    return {one["key"]: f"{up.page}/v2/artifacts/artifact/{one['id']}" for one in found}


def test_the_run_of_the_demo_is_there(up, demo, browser, look):
    """A fresh clone: `make demo`, then `twin up`, with no home named: the list of runs shows the demo's, completed."""
    assert [one["state_type"] for one in up.runs("COMPLETED") if one["name"] == demo] == ["COMPLETED"]
    browser.page.goto(f"{up.page}/v2/runs")
    browser.page.get_by_text(demo).first.wait_for()
    look("1-runs")


def test_a_what_if_from_the_form(up, browser, look):
    """Filled in and submitted in the browser it runs to its end; its page says what was asked, and answers."""
    page = browser.page
    page.goto(f"{up.page}/v2/deployments")
    page.locator("a", has_text="what-if").first.wait_for()
    look("2-deployments")
    page.locator("a", has_text="what-if").first.click()
    page.get_by_role("button", name="Run", exact=True).first.click()
    page.get_by_text("Custom run").first.click()
    page.get_by_text("Curing ovens").first.wait_for()
    page.get_by_role("tab", name="int").first.click()
    page.locator("input[type=number]").first.fill("2")
    page.locator("input[type=number]").last.fill("5")
    look("3-form", 2900)
    page.locator("button", has_text="usual: 10 replications").click()
    page.get_by_text("quick: 4 replications").last.click()
    page.get_by_role("button", name="Submit").click()
    run = ended(up, "what_if/what-if")
    assert run["state_type"] == "COMPLETED", run["state"]
    assert (run["parameters"]["machines"]["ovens"], run["parameters"]["days"]) == (2, 5)
    headline = run["state"]["message"]
    assert re.match(r"baseline with plant.oven.count=2 releases \d+ ±\d+ m2/d at [\d.]+ % yield \(.*%\)", headline)
    page.goto(f"{up.page}/v2/runs/flow-run/{run['id']}")
    page.get_by_text("Beginning flow run").first.wait_for()
    assert page.get_by_text(run["name"]).count()
    look("4-run", 1600)
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text(headline).first.wait_for()
    look("5-artifacts", 1400)
    found = artifacts(up, run)
    assert set(found) == {"what-if-indicators", "what-if-progress", "what-if-as-it-is-progress", "what-if-result"}
    answer_is_readable(browser, found["what-if-result"], headline, look)
    table_is_readable(browser, found["what-if-indicators"], look)
    page.goto(found["what-if-progress"])
    page.get_by_text("Replications done").first.wait_for()
    look("8-progress")


def answer_is_readable(browser, address, headline, look):
    """The page of the answer has the headline, the table against the scenario as it is, and four pictures with size."""
    page = browser.page
    page.goto(address)
    page.get_by_text("Tables:").last.wait_for()  # the end of the page
    page.wait_for_timeout(1000)
    text = page.inner_text("body")
    assert headline in text
    assert re.search(r"released\s+total\s+\d+\s+\d+\s+[+-]\d+\s+\d+\s+m2/d", text)
    page.wait_for_timeout(1000)
    pictures = page.evaluate("[...document.images].map(one => [one.alt, one.naturalWidth])")
    assert {name for name, width in pictures if width > 500} >= PICTURES
    assert all(width > 0 for _, width in pictures)
    look("6-answer", 4200)


def table_is_readable(browser, address, look):
    """The table of indicators has a row each with mean and interval."""
    page = browser.page
    page.goto(address)
    page.get_by_text("WIP").first.wait_for()
    assert re.search(r"yield\s+good / coated m2[^\n]*\s+[\d.]+\s+[\d.]+-[\d.]+\s+4\s+%", page.inner_text("body"))
    look("7-table")


def test_a_bad_value_is_refused_in_the_form(up, browser, look):
    """A value that the schema forbids makes no run; with the schema switched off each is refused in words."""
    page, before = browser.page, len(up.runs())
    fill_in(up, page, "4000")
    page.get_by_role("button", name="Submit").click()
    page.wait_for_timeout(4000)
    look("9-refused", 2900)
    assert len(up.runs()) == before
    assert "/run" in page.url
    fill_in(up, page, "3")  # the browser itself holds the bounds, so only a value within them reaches the server
    page.get_by_role("switch", name="Enforce Parameter Schema").click()
    with page.expect_response(lambda one: one.url.endswith("/create_flow_run")) as answer:
        page.get_by_role("button", name="Submit").click()
    assert answer.value.status == 422
    page.get_by_text(strict.RULES[0].refusal).first.wait_for()
    look("9-refused-without-schema", 2900)
    assert len(up.runs()) == before


def fill_in(up, page, ovens):
    """Open the form, and ask for so many ovens."""
    page.goto(f"{up.page}/v2/deployments/deployment/{up.deployment('what_if/what-if')['id']}/run")
    page.get_by_text("Curing ovens").first.wait_for()
    page.get_by_role("tab", name="int").first.click()
    page.locator("input[type=number]").first.fill(ovens)


def test_the_older_page_works_too(up, browser, look):
    """The same answer in Prefect's older interface, which some browsers have been told to keep."""
    page = browser.page
    run = ended(up, "what_if/what-if")
    page.goto(artifacts(up, run)["what-if-result"].replace("/v2/", "/"))
    page.get_by_text("Against baseline as it is").first.wait_for()
    assert run["state"]["message"] in page.inner_text("body")
    look("10-older", 4200)


def test_a_run_is_followed_while_it_runs(up, browser, look):
    """Its page says Running and draws its blocks; its progress stands between nothing and all, and moves."""
    page, run = browser.page, up.start({"days": 28, "replications": 300}, "what_if/what-if")
    served.wait(lambda: "what-if-progress" in artifacts(up, {"id": run}), served.START)
    where = artifacts(up, {"id": run})["what-if-progress"]
    served.wait(lambda: progress(page, where) > 0.0, served.START)
    first = progress(page, where)
    look("11-progress-running")
    page.goto(f"{up.page}/v2/runs/flow-run/{run}")
    page.get_by_text("Running", exact=True).first.wait_for()
    page.locator("canvas").first.wait_for()
    page.wait_for_timeout(3000)
    assert coloured(page.locator("canvas").first.screenshot()) > 1000
    look("12-running", 1600)
    page.get_by_role("tab", name="Task Runs").click()
    page.get_by_text(re.compile(r"baseline, replications? \d+")).first.wait_for()
    served.wait(lambda: progress(page, where) > first, served.START)
    assert up.state(run) == "RUNNING"
    up.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
    assert 0.0 < first < progress(page, where) < 100.0
    assert up.over(run)["state_type"] == "CANCELLED"


def progress(page, address):
    """What the page of a progress shows. [%]"""
    page.goto(address)
    page.get_by_text("Progress:").first.wait_for()
    return float(re.search(r"Progress: ([\d.]+)%", page.inner_text("body"))[1])


def coloured(shot):
    """How many dots of the upper part of a picture have a colour: bars, not lines, texts or the strip below."""
    seen = Image.open(io.BytesIO(shot)).convert("RGB")
    upper = seen.crop((0, 0, seen.width, seen.height * 4 // 5))
    return sum(count for count, dot in upper.getcolors(upper.width * upper.height) if max(dot) - min(dot) > 80)


def test_nothing_was_asked_of_another_host(up, browser):
    """Of all that the pages above asked for, nothing went to another host, whatever its scheme."""
    assert len(browser.asked) > 50
    hosts = {urlsplit(one).netloc for one in browser.asked if not one.startswith(("data:", "blob:"))}
    assert hosts == {f"127.0.0.1:{up.port}"}
