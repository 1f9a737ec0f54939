"""What is missing is installed, once; who cannot install is told what to do."""

import subprocess
from pathlib import Path

import pytest

import provide
from provide import Missing, fingerprint, install_prefix, main


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Every command that would have been run; `dpkg -s curl` alone says that a package is installed."""
    ran: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        installed = command == ["dpkg", "-s", "curl"]
        text = "Package: curl\nStatus: install ok installed\n" if installed else "Status: deinstall ok config-files\n"
        return subprocess.CompletedProcess(command, 0, text, "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(provide.shutil, "which", lambda name: f"/bin/{name}")
    return ran


def test_root_needs_no_sudo_and_others_do() -> None:
    assert install_prefix(["wrk"], 0, None) == []
    assert install_prefix(["wrk"], 0, "/bin/sudo") == []
    assert install_prefix(["wrk"], 1000, "/bin/sudo") == ["/bin/sudo"]


def test_without_root_and_sudo_it_says_what_is_missing() -> None:
    with pytest.raises(Missing, match=r"apt-get update && apt-get install curl wrk"):
        install_prefix(["curl", "wrk"], 1000, None)


def test_only_what_is_missing_is_installed(commands: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provide, "PACKAGES", {"clients": ["curl", "wrk"]})
    monkeypatch.setattr(provide.os, "geteuid", lambda: 0)
    assert main(["clients"]) == 0
    update, install = commands[-2:]
    assert update[-1] == "update"
    assert install[-1] == "wrk"
    assert "curl" not in install


def test_nothing_is_touched_when_nothing_is_missing(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(provide, "PACKAGES", {"clients": ["curl"]})
    assert main(["clients"]) == 0
    assert commands == [["dpkg", "-s", "curl"]]
    assert capsys.readouterr().out == ""


def test_a_missing_compiler_is_said_clearly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(provide.shutil, "which", lambda _: None)
    assert main(["build"]) == 1
    assert "Swift is missing" in capsys.readouterr().err


def test_a_command_that_fails_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: list[str]) -> None:
        raise subprocess.CalledProcessError(100, ["apt-get", "update"])

    monkeypatch.setattr(provide, "provide_packages", fail)
    assert main(["build"]) == 1
    assert "Failed with status 100: apt-get update" in capsys.readouterr().err


def test_an_unknown_group_is_refused() -> None:
    assert main(["bild"]) == 2


def test_the_environment_is_made_when_its_pins_change_and_only_then(commands: list[list[str]], tmp_path: Path) -> None:
    pins, environment = tmp_path / "requirements.txt", tmp_path / "environment"
    pins.write_text("ruff==1\n")
    environment.mkdir()
    provide.provide_environment(environment, pins)
    assert len(commands) == 2
    provide.provide_environment(environment, pins)
    assert len(commands) == 2
    pins.write_text("ruff==2\n")
    provide.provide_environment(environment, pins)
    assert len(commands) == 4
    assert (environment / "provided").read_text() == fingerprint(pins)
