"""The linter looks at what exists, and one complaint does not hide the next."""

import subprocess
from pathlib import Path

import pytest

import lint


def test_only_folders_that_exist_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "Sources").mkdir()
    (tmp_path / "tools").mkdir()
    assert [command[-1] for command in lint.commands(fix=False, root=tmp_path)] == ["Sources", "tools", "tools"]
    assert all("lint" in command or "check" in command or "--check" in command for command in lint.commands(fix=False))


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_every_tool_runs_and_one_complaint_fails_all(failing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 1 if len(ran) - 1 == failing else 0)

    monkeypatch.setattr(subprocess, "run", run)
    assert lint.main([]) == 1
    assert len(ran) == 3


def test_an_unknown_option_is_refused() -> None:
    assert lint.main(["--fixx"]) == 2
