"""The package that `make release` makes, as an operator meets it: installed, started, asked, stopped, removed, purged.

Root is needed, and that no Foyer is installed; there need be no systemd running: the unit's command is run by hand, as
its user.
"""

from __future__ import annotations

import grp
import http.client
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.desk import Desk
from support.server import REPOSITORY, Program
from support.waiting import wait_until

_SECONDS = 30.0
# systemd's own scale: 0 is shut in, 10 is free. Who serves the network and writes one directory can be below this.
_MOST_EXPOSED = 2.0

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can install a package")


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def _state() -> str:
    """As dpkg says it: `ii` installed, `rc` removed with its configuration left, nothing when unknown or purged."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev}", "foyer"], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def _has_user() -> bool:
    try:
        pwd.getpwnam("foyer")
    except KeyError:
        return False
    return True


@pytest.fixture(scope="module")
def package() -> Path:
    made = sorted((REPOSITORY / ".build" / "package").glob("foyer_*.deb"))
    assert len(made) == 1, f"make release makes one package; there are {made}"
    return made[0]


@pytest.fixture(scope="module")
def installed(package: Path) -> Iterator[Path]:
    assert _state() in ("", "un"), "a Foyer is installed here already"
    assert not _has_user() and not Path("/var/lib/foyer").exists()
    try:
        _run("dpkg", "-i", str(package))
        yield package
    finally:
        subprocess.run(["dpkg", "-P", "foyer"], capture_output=True)


def _mode(path: str) -> tuple[int, str, str]:
    status = os.stat(path)
    return stat.S_IMODE(status.st_mode), pwd.getpwuid(status.st_uid).pw_name, grp.getgrgid(status.st_gid).gr_name


def _command() -> list[str]:
    """The unit's, as its user, with its umask and no privilege."""
    unit = Path("/lib/systemd/system/foyer.service").read_text()
    found = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    assert found
    as_user = ["setpriv", "--reuid=foyer", "--regid=foyer", "--init-groups", "--no-new-privs", "--inh-caps=-all"]
    return [*as_user, "env", "-i", "-C", "/var/lib/foyer", *found[1].split()]


class Service(Program):
    """Under `tracer`, if there is one: a command that runs the rest."""

    def __init__(self, *arguments: str, tracer: tuple[str, ...] = ()) -> None:
        *as_user, program, verb, option, file = _command()
        assert (program, verb, option) == ("/usr/bin/foyer", "serve", "--config")
        super().__init__([*as_user, *tracer, program, verb, option, file, *arguments])

        def address() -> str | None:
            assert self.running(), self.errors
            return next((line for line in self.output if line.startswith("foyer listening on ")), None)

        self.port = int(wait_until(address, _SECONDS, "the service listens").rpartition(":")[2])

    def get(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()


def test_the_package_needs_nothing_that_it_does_not_name(installed: Path) -> None:
    assert _state() == "ii"
    assert "not found" not in _run("ldd", "/usr/bin/foyer")
    control = _run("dpkg-deb", "-f", str(installed))
    libraries = re.findall(r"=> (/\S+)", _run("ldd", "/usr/bin/foyer"))
    assert libraries and not any("swift" in library for library in libraries), libraries
    assert re.search(r"^Depends: adduser, .*libc6 \(>= ", control, re.MULTILINE), control
    assert _run("/usr/bin/foyer", "--version").strip() == re.search(r"^Version: (.*)$", control, re.MULTILINE)[1]


def test_what_is_secret_is_readable_by_the_service_alone(installed: Path) -> None:
    assert _mode("/etc/foyer") == (0o750, "root", "foyer")
    assert _mode("/etc/foyer/foyer.conf") == (0o640, "root", "foyer")
    assert _mode("/var/lib/foyer") == (0o700, "foyer", "foyer")
    assert _mode("/usr/bin/foyer") == (0o755, "root", "root")
    assert pwd.getpwnam("foyer").pw_shell in ("/usr/sbin/nologin", "/bin/false")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_the_unit_is_sound_and_shut_in(installed: Path) -> None:
    said = subprocess.run(
        ["systemd-analyze", "verify", "/lib/systemd/system/foyer.service"], capture_output=True, text=True
    )
    about_us = [line for line in said.stderr.splitlines() if "foyer" in line]
    assert said.returncode == 0 and not about_us, said.stderr
    report = _run("systemd-analyze", "security", "--offline=true", "/lib/systemd/system/foyer.service")
    exposure = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", report)[1])
    assert exposure <= _MOST_EXPOSED, report


def test_the_unit_waits_for_longer_than_a_stop_can_take(installed: Path) -> None:
    unit = Path("/lib/systemd/system/foyer.service").read_text()
    patience = float(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1])
    shown = _run("/usr/bin/foyer", "serve", "--help")
    delay, drain = (
        float(re.search(rf"--{name} <time>.*?\(default: (\d+)s\)", shown, re.DOTALL)[1])
        for name in ("drain-delay", "drain-time")
    )
    assert patience >= delay + 2 * drain + 10


def test_every_line_of_the_configuration_is_understood(installed: Path, tmp_path: Path) -> None:
    """Also those that are commented out: they are what an operator begins with."""
    text = Path("/etc/foyer/foyer.conf").read_text()
    settings = re.findall(r"^#?([a-z-]+ = .*)$", text, re.MULTILINE)
    assert len(settings) >= 10
    shown = _run("/usr/bin/foyer", "serve", "--help")
    for setting in settings:
        assert f"--{setting.split()[0]} " in shown, setting


def test_it_serves_its_own_pages_from_an_empty_directory(installed: Path) -> None:
    assert os.listdir("/var/lib/foyer") == []
    with Service("--listen", "127.0.0.1:0", "--demo") as service:
        pages = REPOSITORY / ".build" / "web"
        for path, file in (
            ("/", "index.html"),
            ("/widget.js", "widget/widget.js"),
            ("/dashboard", "dashboard/index.html"),
        ):
            status, headers, body = service.get(path)
            assert status == 200 and body == (pages / file).read_bytes(), path
            assert headers["ETag"] and headers["Last-Modified"]
        script = "/widget/chat.js"
        status, headers, body = service.get(script, **{"Accept-Encoding": "gzip"})
        assert status == 200 and headers["Content-Encoding"] == "gzip"
        assert body == (pages / (script[1:] + ".gz")).read_bytes()
        assert service.get("/readyz")[0] == 200
        data = Path("/var/lib/foyer")
        assert (data / "foyer.sqlite").exists() and (data / "keys" / "master.key").exists()
        service.signal(signal.SIGTERM)
        assert service.wait(_SECONDS) == 0, service.errors
        assert not any("rror" in line for line in service.errors), service.errors


def _calls_of(group: str) -> set[str]:
    """The system calls that systemd means by a group."""
    calls: set[str] = set()
    for line in _run("systemd-analyze", "syscall-filter", group).splitlines()[1:]:
        name = line.strip()
        if name.startswith("@"):
            calls |= _calls_of(name)
        elif name and not name.startswith("#"):
            calls.add(name)
    return calls


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_the_unit_permits_every_call_that_the_program_makes(installed: Path) -> None:
    """What the unit would forbid kills nothing here; so the calls are written down, and looked at."""
    unit = Path("/lib/systemd/system/foyer.service").read_text()
    permitted = _calls_of("@default")
    for value in re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE):
        names = value.removeprefix("~").split()
        calls = set().union(*(_calls_of(name) if name.startswith("@") else {name} for name in names))
        permitted = permitted - calls if value.startswith("~") else permitted | calls
    trace = Path("/var/lib/foyer/trace")
    with Service("--listen", "127.0.0.1:0", tracer=("strace", "-D", "-f", "-o", str(trace))) as service:
        for path in ("/", "/readyz", "/widget.js", "/api/v1/house"):
            assert service.get(path)[0] == 200
        service.signal(signal.SIGTERM)
        assert service.wait(_SECONDS) == 0, service.errors
    lines = trace.read_text().splitlines()
    trace.unlink()
    made = {found[1] for line in lines if (found := re.match(r"\d+ +(\w+)\(", line))}
    assert {"epoll_pwait", "accept4", "fdatasync"} <= made, made
    assert made <= permitted, made - permitted
    # MemoryDenyWriteExecute: no memory that can be written and run, and none that becomes so.
    assert not [line for line in lines if "PROT_WRITE|PROT_EXEC" in line]


def test_other_pages_can_be_named(installed: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.is_relative_to("/tmp") and parent != Path("/tmp"):
            parent.chmod(0o755)
    web = tmp_path / "web"
    shutil.copytree(REPOSITORY / "web", web)
    (web / "index.html").write_text("another page")
    with Desk("--web", str(web), demo=False, binary="/usr/bin/foyer") as house:
        assert house.get("/").text == "another page"


def test_removing_leaves_the_data_and_purging_leaves_nothing(installed: Path) -> None:
    assert Path("/var/lib/foyer/foyer.sqlite").exists()
    _run("dpkg", "-r", "foyer")
    assert _state() == "rc"
    assert not Path("/usr/bin/foyer").exists() and not Path("/lib/systemd/system/foyer.service").exists()
    assert Path("/var/lib/foyer/foyer.sqlite").exists() and Path("/etc/foyer/foyer.conf").exists()
    _run("dpkg", "-P", "foyer")
    assert _state() in ("", "un")
    assert not Path("/var/lib/foyer").exists() and not Path("/etc/foyer").exists() and not _has_user()
