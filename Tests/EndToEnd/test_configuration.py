"""`foyer serve --config FILE`: what an operator writes down, and what is said of what makes no sense."""

from pathlib import Path

import pytest

from support.desk import make_web
from support.server import Program, foyer_binary
from support.waiting import wait_until

_SECONDS = 30.0


class Configured(Program):
    """`foyer serve` with a configuration alone, and what stands on the command line beside it."""

    def __init__(self, folder: Path, text: str, *arguments: str) -> None:
        self.file = folder / "foyer.conf"
        self.file.write_text(text)
        super().__init__([foyer_binary(), "serve", *arguments, "--config", str(self.file)])

    def listening(self) -> list[str]:
        def lines() -> list[str]:
            assert self.running(), self.errors
            return self.output if any("Ctrl-C" in line for line in self.output) else []

        wait_until(lines, _SECONDS, "the house is open")
        return [line for line in self.output if line.startswith("foyer listening")]

    def refusal(self) -> str:
        assert self.wait(_SECONDS) not in (0, None)
        return "\n".join(self.errors)


@pytest.fixture
def basics(tmp_path: Path) -> str:
    web = make_web(tmp_path / "web")
    return f"listen = 127.0.0.1:0\ndata = {tmp_path / 'data'}\nweb = {web}\n"


def test_it_is_read_with_comments_repetitions_and_flags(tmp_path: Path, basics: str) -> None:
    text = f"# The house\n\n  {basics}listen=127.0.0.1:0\n# demo = false\ndemo = true\ndrain-time = 500ms\n"
    with Configured(tmp_path, text) as house:
        assert len(house.listening()) == 2
        assert any("Who can sign in" in line for line in house.output)


def test_the_command_line_wins(tmp_path: Path, basics: str) -> None:
    other = tmp_path / "elsewhere"
    with Configured(
        tmp_path, basics + "demo = false\nloops = 2\n", f"--data={other}", "--demo", "--loops", "1"
    ) as house:
        assert len(house.listening()) == 1
        assert any("Who can sign in" in line for line in house.output)
        assert other.is_dir() and not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lisen = 127.0.0.1:0", "there is no option 'lisen'"),
        ("config = other.conf", "there is no option 'config'"),
        ("control = here", "there is no option 'control'"),
        ("help = true", "there is no option 'help'"),
        ("listen 127.0.0.1:0", "expected 'key = value'"),
        ("demo = yes", "'demo' is either true or false"),
        ("public-url =", "'public-url' has no value"),
        ("drain-time = soon", "drain-time"),
        ("loops = many", "loops"),
        ("loops = 0", "--loops must be between"),
    ],
)
def test_what_makes_no_sense_is_named_with_its_line(tmp_path: Path, basics: str, line: str, said: str) -> None:
    with Configured(tmp_path, f"{basics}# the next line is wrong\n{line}\n") as house:
        refusal = house.refusal()
    assert f"{house.file}:5: " in refusal and said in refusal, refusal
    assert not (tmp_path / "data").exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with Program([foyer_binary(), "serve", f"--config={tmp_path / 'none.conf'}"]) as house:
        assert house.wait(_SECONDS) != 0
    assert "none.conf" in "\n".join(house.errors)
