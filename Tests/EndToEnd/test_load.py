"""`foyer-load` itself: that its figures do not flatter, and what it refuses. What it says of servers: test_kill."""

import json
import signal
from pathlib import Path

import pytest

from support.certificates import make_certificate
from support.load import check, count, load_binary, rush, serve
from support.server import Program
from support.waiting import wait_until

_RATE, _SECONDS = 30, 8
_READY_SECONDS = 60.0
# Due while the server stands still: two thirds of all, so that the one in the middle is late by more than a second.
_DUE_MEANWHILE = 160


@pytest.mark.covers("B12")
def test_a_server_that_stands_still_cannot_hide(tmp_path: Path) -> None:
    """Six sockets could at most have a message each on the way: that they would all be late is what open loop means."""
    history, figures, data = tmp_path / "history.jsonl", tmp_path / "figures.json", tmp_path / "data"
    options = ["--guests", "4", "--members", "2", "--rate", str(_RATE), "--duration", str(_SECONDS)]
    with serve(data) as server, rush(server, data, history, figures, *options) as running:

        def has(kind: str, wanted: int) -> bool:
            assert running.running(), running.errors
            return history.exists() and count(history, kind) >= wanted

        wait_until(lambda: has("ack", 20), _READY_SECONDS, "messages are acknowledged")
        server.signal(signal.SIGSTOP)
        try:
            due = count(history, "intend") + _DUE_MEANWHILE
            wait_until(lambda: has("intend", due), _SECONDS, f"{_DUE_MEANWHILE} messages are due")
        finally:
            server.signal(signal.SIGCONT)
        assert running.wait(_READY_SECONDS) == 0, [*running.errors, *running.output]

    result = json.loads(figures.read_text())
    assert result["sendToAcknowledged"]["count"] == result["intended"]
    assert result["sendToAcknowledged"]["p50Milliseconds"] > 300
    assert result["sendToDelivered"]["p50Milliseconds"] > 300
    assert result["generatorLateness"]["p50Milliseconds"] < 100
    assert check(history).returncode == 0


def test_the_knee_is_looked_for_step_by_step(tmp_path: Path) -> None:
    data, figures = tmp_path / "data", tmp_path / "knee.json"
    with serve(data) as server:
        house = ["--url", server.url, "--demo", str(data / "demo.json"), "--guests", "8", "--members", "2"]
        steps = ["--from", "10", "--to", "20", "--factor", "2", "--step", "0.5", "--bound", "60000"]
        with Program([load_binary(), "knee", *house, *steps, "--json", str(figures)]) as program:
            assert program.wait(_READY_SECONDS) == 0, [*program.errors, *program.output]
            assert any("up to 20 messages/s" in line for line in program.output), program.output
    assert [step["rate"] for step in json.loads(figures.read_text())["steps"]] == [10, 20]


def test_a_run_that_is_ended_early_is_as_good_as_a_whole_one(tmp_path: Path) -> None:
    history, figures, data = tmp_path / "history.jsonl", tmp_path / "figures.json", tmp_path / "data"
    options = ["--guests", "4", "--members", "2", "--rate", str(_RATE), "--duration", "3600"]
    with serve(data) as server, rush(server, data, history, figures, *options) as running:
        wait_until(
            lambda: history.exists() and count(history, "ack") >= 20, _READY_SECONDS, "messages are acknowledged"
        )
        running.signal(signal.SIGTERM)
        assert running.wait(_READY_SECONDS) == 0, [*running.errors, *running.output]
    result = json.loads(figures.read_text())
    assert result["acknowledged"] == result["intended"] >= 20
    assert 0 < result["durationSeconds"] < _READY_SECONDS
    assert check(history).returncode == 0


@pytest.mark.covers("B8")
@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "tls"])
def test_sockets_that_are_lost_at_once_come_back_with_everything(tmp_path: Path, is_secure: bool) -> None:
    history, figures, data = tmp_path / "history.jsonl", tmp_path / "figures.json", tmp_path / "data"
    certificate = make_certificate(tmp_path, "load") if is_secure else None
    trust = ["--trust", str(certificate.certificate)] if certificate else []
    with serve(data, certificate=certificate) as server:
        house = ["--url", server.url, *trust, "--demo", str(data / "demo.json"), "--calm", "1"]
        crowd = ["--sockets", "200", "--guests", "20", "--bystanders", "12"]
        files = ["--history", str(history), "--json", str(figures)]
        with Program([load_binary(), "storm", *house, *crowd, *files]) as program:
            assert program.wait(_READY_SECONDS) == 0, [*program.errors, *program.output]
            assert any("all back and caught up after" in line for line in program.output), program.output
    result = json.loads(figures.read_text())
    assert result["back"]["count"] == result["isInPlace"] == 200
    assert 0 < result["backSeconds"] < _READY_SECONDS
    assert result["storm"]["sendToDelivered"]["count"] > 0
    found = check(history)
    assert found.returncode == 0, found.stdout
    assert "200 reconnections with 200 resumptions" in found.stdout
    # Each of the cases had its message while nobody was there, and every socket has read it.
    received = [json.loads(line) for line in history.open() if '"type":"message"' in line]
    assert sum(line["client"] > 12 + 20 + 1 for line in received) >= 200


def test_a_node_whose_certificate_nobody_trusts_is_not_loaded(tmp_path: Path) -> None:
    certificate, other = (make_certificate(tmp_path, name) for name in ("load", "other"))
    data = tmp_path / "data"
    with serve(data, certificate=certificate) as server:
        for trust in ([], ["--trust", str(other.certificate)]):
            house = ["--url", server.url, *trust, "--demo", str(data / "demo.json")]
            with Program([load_binary(), "rush", *house, "--guests", "1", "--members", "1"]) as program:
                assert program.wait(_READY_SECONDS) != 0
                assert any("certificate" in line.lower() for line in program.errors), program.errors


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["rush", "--url", "ftp://127.0.0.1:1", "--member-login", "a:b"], "--url"),
        (["rush", "--url", "http://127.0.0.1:1", "--url", "127.0.0.1:2", "--member-login", "a:b"], "127.0.0.1:2"),
        (["rush", "--guests", "51", "--members", "1", "--member-login", "a:b"], "--members"),
        (["rush"], "--member-login"),
        (["rush", "--member-login", "a:b", "--rate", "0"], "--rate"),
        (["rush", "--member-login", "a:b", "--text-bytes", "16385"], "--text-bytes"),
        (["rush", "--demo", "/there/is/no/demo.json"], "has no logins"),
        (["rush", "--url", "http://127.0.0.1:1", "--member-login", "a:b"], "Couldn't connect to server"),
        (["knee", "--member-login", "a:b", "--factor", "1"], "--factor"),
        (["storm", "--member-login", "a:b", "--guests", "901"], "--guests"),
        (["storm", "--member-login", "a:b", "--bystanders", "1"], "--bystanders"),
        (["storm", "--member-login", "a:b", "--sockets", "0"], "--sockets"),
        (["check", "/there/is/no/history"], "cannot be read"),
    ],
)
def test_what_cannot_be_loaded_or_checked_is_refused_with_a_reason(options: list[str], word: str) -> None:
    with Program([load_binary(), *options]) as program:
        assert program.wait(30) not in (0, None)
        assert word in "\n".join(program.errors)
