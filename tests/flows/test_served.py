"""Laws of what tests of a running `twin up` share: whatever goes wrong, no process is left behind."""

import subprocess
import sys

import pytest
import served

from flows.child import wait_until

# one that starts another, says where it is, or something else, and neither cares for Ctrl-C
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(sys.argv[1], flush=True)
time.sleep(600)
"""


@pytest.fixture
def started(monkeypatch):
    """Processes that stand for `twin up`, in the order in which they were started; what they print is set in `said`."""
    found = []

    def command(_home: object, _option: str, port: str, *, said: str, **_: object) -> "subprocess.Popen[str]":
        asked = [sys.executable, "-c", STUBBORN, said.format(port=port)]
        found.append(subprocess.Popen(asked, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL))
        return found[-1]

    monkeypatch.setattr(served, "command", command)
    monkeypatch.setattr(served, "ORDER", 0.3)
    yield found
    for one in found:
        one.kill()
        one.wait()


@pytest.mark.parametrize(
    ("said", "error"), [("something else", subprocess.TimeoutExpired), ("http://127.0.0.1:{port}", FileNotFoundError)]
)
def test_one_that_does_not_come_up_is_not_left_behind(started, tmp_path, said, error):
    """It says another address and goes on, or leaves no password: it is killed, with all that it has started."""
    with pytest.raises((error, subprocess.TimeoutExpired)), served.up(tmp_path, said=said):
        pass
    assert [one.poll() for one in started] == [-9]


def test_one_that_does_not_care_for_ctrl_c_is_killed_and_told(started, tmp_path):
    """With what it has started; and the test that asked fails."""
    (tmp_path / "auth").touch()
    (tmp_path / "server.json").touch()
    with pytest.raises(subprocess.TimeoutExpired), served.up(tmp_path, said="http://127.0.0.1:{port}") as up:
        all_of_it = served.tree(up.process.pid)
    assert len(all_of_it) == 2
    assert [one.poll() for one in started] == [-9]
    assert wait_until(lambda: not any("time.sleep(600)" in served.told(pid) for pid in all_of_it), 10.0)
