"""Quick laws of the address of notifications: often a credential, so no command line, log or message carries it."""

import logging
import os
import sys

import httpx
import pytest

from flows import notify, serve
from twin.cli import main
from twin.errors import UsageError

ADDRESS = "https://hooks.example.org/services/T0/hook-5f1c9e2a"


def test_the_environment_says_it_to_nobody_else(monkeypatch):
    """It is taken out, so that no process which is started gets it; without one there is none."""
    monkeypatch.setenv(notify.ADDRESS, f"{ADDRESS}\n")
    assert notify.address("") == ADDRESS
    assert notify.ADDRESS not in os.environ
    assert notify.address("") == ""


def test_a_file_says_it_that_its_owner_alone_can_read(monkeypatch, tmp_path):
    """It goes before the environment; one that others can read is refused, with what mends it."""
    file = tmp_path / "hook"
    file.write_text(f"{ADDRESS}\n")
    file.chmod(0o600)
    monkeypatch.setenv(notify.ADDRESS, "https://other.example.org/")
    assert notify.address(str(file)) == ADDRESS
    assert notify.ADDRESS not in os.environ
    file.chmod(0o640)
    with pytest.raises(UsageError, match=r"mode 0640; 0600 is wanted.*chmod 600"):
        notify.address(str(file))
    with pytest.raises(UsageError, match=r"^--notify: No such file or directory\. Name a file"):
        notify.address(str(tmp_path / "hook-5f1c9e2a"))


def test_what_is_no_address_is_refused_and_not_shown(monkeypatch, tmp_path):
    """It may be a credential with a slip: one line that says where, never what."""
    file = tmp_path / "hook"
    file.touch(mode=0o600)
    for bad in (b"", b"hook-5f1c9e2a", b"ftp://x/hook-5f1c9e2a", b"https:///hook-5f1c9e2a", b"https://[/hook-5f1c9e2a",
                b"https://a/\nhttps://b/hook-5f1c9e2a", b"https://x/hook-5f1c9e2a y", b"\xff\xfe"):  # fmt: skip
        file.write_bytes(bad)
        with pytest.raises(UsageError, match="holds no address") as told:
            notify.address(str(file))
        assert "5f1c9e2a" not in str(told.value)
        assert len(str(told.value).splitlines()) == 1
    monkeypatch.setenv(notify.ADDRESS, "hook-5f1c9e2a")
    with pytest.raises(UsageError, match=r"^FILMTWIN_NOTIFY: holds no address"):
        notify.address("")


def test_one_that_is_typed_is_refused_and_passed_on_to_nobody(monkeypatch, capsys):
    """Everybody can read the arguments of a process: exit code 2, one line with what to do, and nothing is started."""
    started = []
    monkeypatch.setattr(os, "execv", lambda *arguments: started.append(arguments))
    assert main(["up", "--notify", ADDRESS]) == 2
    said = capsys.readouterr().err
    assert "FILMTWIN_NOTIFY" in said
    assert "5f1c9e2a" not in said
    assert len(said.splitlines()) == 1
    assert main(["up", "--notify", "/etc/hook"]) == 0
    ((program, arguments),) = started
    assert program == sys.executable
    assert "/etc/hook" in arguments[-1]


@pytest.mark.parametrize("status", [404, None])
def test_a_notification_that_is_not_taken_is_told_without_its_address(status):
    """Prefect's own line has it, in the trace of the error; ours says what happened."""
    asked = httpx.Request("POST", ADDRESS)
    error = httpx.ConnectError(f"no {ADDRESS}", request=asked)
    if status:
        error = httpx.HTTPStatusError(f"{status} for {ADDRESS}", request=asked, response=httpx.Response(status))
    record = logging.LogRecord("x", logging.ERROR, "", 0, "Failed in %s", ("loop",), (type(error), error, None))
    assert serve.without_address(record)
    told = logging.Formatter().format(record)
    assert told == f"a notification was not taken ({status or 'ConnectError'})"
    other = logging.LogRecord("x", logging.ERROR, "", 0, "Failed in %s", ("loop",), None)
    assert serve.without_address(other)
    assert other.getMessage() == "Failed in loop"
