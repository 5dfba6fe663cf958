"""Laws of the guard: the server answers to its own name and page alone, also behind a proxy. No server needed."""

import asyncio

import pytest

from flows import guard, safety, up
from twin.errors import UsageError

LOCAL = safety.Bind("127.0.0.1", 4200, "twin:secret")


def told(bind, path="/api/flows", query=b"", **headers: str):
    """Status and headers of a request, as the guard lets it through (200) or answers it."""

    async def behind(_scope: object, _receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    said = []

    async def send(message: dict) -> None:
        said.append(message)

    heads = [(name.encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(
        guard.guarded(behind, bind)({"type": "http", "path": path, "query_string": query, "headers": heads}, None, send)
    )
    return said[0]["status"], {name.decode(): value.decode() for name, value in said[0]["headers"]}


def answer(bind, **headers: str):
    """Status of a request with these headers."""
    return told(bind, **headers)[0]


def test_a_page_may_talk_to_its_own_server_alone():
    """Each answer says so, and no frame of another page may hold it."""
    _, heads = told(LOCAL, "/dashboard", host="127.0.0.1:4200")
    rules = dict(rule.split(" ", 1) for rule in heads["content-security-policy"].split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["connect-src"] == "'self' http://127.0.0.1:4200 ws://127.0.0.1:4200"
    assert rules["frame-ancestors"] == "'none'"
    assert not [rule for rule in rules.values() if "*" in rule or "https:" in rule]


def test_a_page_under_another_name_is_sent_to_its_own():
    """The page of localhost would ask the API of 127.0.0.1, which is another origin: so it is not shown there."""
    status, heads = told(LOCAL, "/runs", host="localhost:4200")
    assert (status, heads["location"]) == (307, "http://127.0.0.1:4200/runs")
    assert told(LOCAL, "/runs", host="127.0.0.1:4200")[0] == 200
    _, heads = told(LOCAL, "/a b\r\n", b"tab=Logs&x=%20", host="localhost:4200")  # what was asked for, in one line
    assert heads["location"] == "http://127.0.0.1:4200/a%20b%0D%0A?tab=Logs&x=%20"
    assert told(LOCAL, "/api/flows", host="localhost:4200")[0] == 200


def test_the_guard_answers_to_its_own_name_and_page_alone():
    """Another Host (rebinding), another Origin (a page of others), no Host: refused; without Origin it is no page."""
    assert answer(LOCAL, host="127.0.0.1:4200") == 200
    assert answer(LOCAL, host="localhost:4200", origin="http://localhost:4200") == 200
    for bad in ({"host": "evil.example"}, {"host": "127.0.0.1:4201"}, {}, {"host": "127.0.0.1"},
                {"host": "127.0.0.1:4200", "origin": "http://evil.example"},
                {"host": "127.0.0.1:4200", "origin": "null"},
                {"host": "127.0.0.1:4200", "origin": "https://127.0.0.1:4200"}):  # fmt: skip
        assert answer(LOCAL, **bad) == 403


@pytest.mark.parametrize(
    ("host", "public", "name"),
    [
        ("127.0.0.1", "https://twin.example.org", "twin.example.org"),
        ("192.0.2.1", "https://twin.example.org:8443", "twin.example.org:8443"),
        ("0.0.0.0", "http://twin.plant:4200", "twin.plant:4200"),  # noqa: S104 - told what people type
    ],
)
def test_behind_a_proxy_the_server_answers_to_the_name_that_people_type(host, public, name):
    """That name and its page pass, and this machine's own; the page asks that API, and is shown there alone."""
    bind = safety.Bind(host, 4200, "twin:secret", expose=True, public=public)
    assert answer(bind, host=name, origin=public) == 200
    assert answer(bind, host=bind.own.partition("://")[2]) == 200  # the worker
    other = public.replace("http:", "https:") if public.startswith("http:") else public.replace("https:", "http:")
    for bad in ({"host": "evil.example"}, {"host": name, "origin": "https://evil.example"},
                {"host": name, "origin": other}, {"host": f"{name}1"}, {"host": "0.0.0.0:4200"}):  # fmt: skip
        assert answer(bind, **bad) == 403, bad
    status, heads = told(bind, "/runs", host=name)
    rules = dict(rule.split(" ", 1) for rule in heads["content-security-policy"].split("; "))
    assert (status, rules["connect-src"]) == (200, f"'self' {public} {public.replace('http', 'ws')}")
    assert told(bind, "/runs", host=bind.own.partition("://")[2])[1]["location"] == f"{public}/runs"
    known = safety.server_settings(bind)
    assert known["PREFECT_SERVER_UI_API_URL"] == f"{public}/api"
    assert known["PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS"] == public
    assert bind.address == f"{bind.own}/api"


def test_slips_of_a_public_address_are_refused():
    """Anything but scheme, name and port; no password before others; a server everywhere of which no name is told."""
    for bad in ("twin.example", "https://", "https://twin/x", "https://a b", "https://u:p@twin", "ftp://twin",
                "https://twin;script-src *", "https://twin:0", "https://twin?x", "https://*"):  # fmt: skip
        with pytest.raises(UsageError, match="--public"):
            up.bind_of({"public": bad}, "twin:secret")
    with pytest.raises(UsageError, match="--no-auth forbids"):
        up.bind_of({"public": "https://twin", "open": True}, "twin:secret")
    with pytest.raises(UsageError, match="--public http://NAME"):
        up.bind_of({"host": "0.0.0.0", "expose": True}, "twin:secret")  # noqa: S104 - refused
    assert up.bind_of({"public": "https://Twin.Example:443/"}, "twin:secret").page == "https://twin.example"


def test_the_guard_closes_alien_web_sockets():
    """A web socket of another page is closed before it opens."""
    said = []

    async def send(message: dict) -> None:
        said.append(message)

    scope = {"type": "websocket", "path": "/api/events/out", "headers": [(b"host", b"evil.example")]}
    asyncio.run(guard.guarded(None, LOCAL)(scope, None, send))
    assert said == [{"type": "websocket.close", "code": 1008}]
