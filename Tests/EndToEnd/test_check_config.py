"""`foyer check-config`: what is said of a configuration before anybody is let in by it."""

import json
import re
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cluster import Postgres, Redis, free_port
from support.desk import Desk, make_web
from support.server import foyer_binary


def check(*given: str) -> tuple[int, list[dict[str, Any]]]:
    done = subprocess.run(
        [foyer_binary(), "check-config", "--json", *given], capture_output=True, text=True, timeout=60
    )
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert report["isUsable"] == (done.returncode == 0)
    return done.returncode, report["findings"]


def said(findings: list[dict[str, Any]], option: str, severity: str) -> str:
    return "\n".join(line["message"] for line in findings if (line["option"], line["severity"]) == (option, severity))


def expire(file: Path) -> None:
    """Of 2019 (RFC 5280 §4.1.2.5.1). openssl makes none that has expired; the signature is nobody's business here."""
    content = ssl.PEM_cert_to_DER_cert(file.read_text())
    dates = iter([b"190101000000Z", b"191231235959Z"])
    changed = re.sub(rb"\x17\x0d\d{12}Z", lambda _: b"\x17\x0d" + next(dates), content)
    file.write_text(ssl.DER_cert_to_PEM_cert(changed))


@pytest.fixture
def basics(tmp_path: Path) -> list[str]:
    (tmp_path / "data").mkdir(mode=0o700)
    web = make_web(tmp_path / "web")
    return ["--listen", f"127.0.0.1:{free_port()}", "--data", str(tmp_path / "data"), "--web", str(web)]


def certificate(folder: Path, *, days: int = 90, host: str = "chat.example.org", name: str = "own") -> tuple[str, str]:
    files = folder / f"{name}.pem", folder / f"{name}.key"
    subject = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *subject]
    subprocess.run(
        [*command, "-days", str(days), "-out", str(files[0]), "-keyout", str(files[1])],
        check=True, capture_output=True,
    )  # fmt: skip
    files[1].chmod(0o600)
    return str(files[0]), str(files[1])


def test_one_that_is_right_is_said_to_be(basics: list[str], tmp_path: Path) -> None:
    status, findings = check(*basics)
    assert status == 0 and {line["severity"] for line in findings} == {"fine"}, findings
    assert list((tmp_path / "data").iterdir()) == [], "it was only looked at"
    plain = subprocess.run([foyer_binary(), "check-config", *basics], capture_output=True, text=True, timeout=60)
    assert plain.returncode == 0 and "The configuration can be used." in plain.stdout


def test_every_line_that_is_wrong_is_named(basics: list[str], tmp_path: Path) -> None:
    file = tmp_path / "foyer.conf"
    file.write_text(
        "lisen = 127.0.0.1:1\nno value here\ndemo = yes\nloops = 0\ndrain-time = soon\npublic-url = ftp://x\n"
    )
    status, findings = check(*basics, "--config", str(file))
    assert status == 1
    text = json.dumps(findings)
    for line, words in enumerate(
        ["no option 'lisen'", "key = value", "true or false", "--loops must", "drain-time"], 1
    ):
        assert f"{file}:{line}" in text and words in text, (line, text)
    assert "is not an address" in said(findings, "public-url", "wrong")


def test_certificates(basics: list[str], tmp_path: Path) -> None:
    own, key = certificate(tmp_path)
    public = ["--public-url", "https://chat.example.org"]
    status, findings = check(*basics, "--tls-cert", own, "--tls-key", key, *public)
    assert status == 0 and "self-signed" in said(findings, "tls-cert", "doubtful")
    assert "valid until" in said(findings, "tls-cert", "fine")
    Path(key).chmod(0o644)
    assert "chmod o-rwx" in said(check(*basics, "--tls-cert", own, "--tls-key", key)[1], "tls-key", "doubtful")
    other_host = check(*basics, "--tls-cert", own, "--tls-key", key, "--public-url", "https://other.example.org")
    assert other_host[0] == 1 and "not a certificate of other" in said(other_host[1], "tls-cert", "wrong")
    another, _ = certificate(tmp_path, name="another")
    mismatch = check(*basics, "--tls-cert", another, "--tls-key", key, *public)
    assert mismatch[0] == 1 and "fits the certificate" in said(mismatch[1], "tls-cert", "wrong")
    soon, soon_key = certificate(tmp_path, days=3, name="soon")
    assert "expires on" in said(check(*basics, "--tls-cert", soon, "--tls-key", soon_key)[1], "tls-cert", "doubtful")
    past, past_key = certificate(tmp_path, name="past")
    expire(Path(past))
    expired = check(*basics, "--tls-cert", past, "--tls-key", past_key)
    assert expired[0] == 1 and "expired on" in said(expired[1], "tls-cert", "wrong")
    missing = check(*basics, "--tls-cert", str(tmp_path / "none"), "--tls-key", key)
    assert missing[0] == 1 and "none" in said(missing[1], "tls-cert", "wrong")


@pytest.mark.parametrize(
    ("given", "option", "severity", "words"),
    [
        (["--public-url", "http://chat.example.org"], "public-url", "wrong", "nobody can sign in"),
        (["--public-url", "https://chat.example.org"], "public-url", "doubtful", "trusted-proxy"),
        (["--trusted-proxy", "0.0.0.0/0"], "trusted-proxy", "wrong", "is not a network"),
        (["--trusted-proxy", "10.0.0.0/8"], "drain-delay", "doubtful", "no time to notice"),
        (["--metrics-listen", "0.0.0.0:0"], "metrics-listen", "doubtful", "asks nobody"),
        (["--drain-time", "40s"], "drain-time", "doubtful", "TimeoutStopSec"),
        (["--drain-time", "1s"], "drain-time", "doubtful", "cut off"),
        (["--demo"], "demo", "doubtful", "Not for a house with patients"),
        (["--listen", "somewhere:80"], "listen", "wrong", "numeric address"),
        (["--loops", "256"], "loops", "doubtful", "cores"),
        (["--database", "postgres://x@127.0.0.1:1/x"], "database", "wrong", "needs --keys"),
    ],
)
def test_what_is_wrong_or_doubtful(basics: list[str], given: list[str], option: str, severity: str, words: str) -> None:
    status, findings = check(*basics, *given)
    assert words in said(findings, option, severity), findings
    assert status == (1 if severity == "wrong" else 0)


def test_ports_and_data(basics: list[str], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        status, findings = check(*basics, "--metrics-listen", place)
        assert status == 1 and "Another program" in said(findings, "metrics-listen", "wrong")
    (tmp_path / "data").chmod(0o755)
    assert "chmod 700" in said(check(*basics)[1], "data", "doubtful")
    elsewhere = check(*basics[:2], "--data", str(tmp_path / "none" / "data"), *basics[4:])
    assert elsewhere[0] == 1 and "cannot be made" in said(elsewhere[1], "data", "wrong")
    fresh = check(*basics[:2], "--data", str(tmp_path / "fresh"), *basics[4:])
    assert fresh[0] == 0 and "Is its disk mounted?" in said(fresh[1], "data", "doubtful")


def test_a_house_that_serves_is_left_alone(tmp_path: Path) -> None:
    with Desk(data=tmp_path / "data") as house:
        given = ["--listen", f"127.0.0.1:{house.port}", "--data", str(house.data), "--web", str(house.web)]
        status, findings = check(*given)
        assert status == 0 and "house that runs" in said(findings, "listen", "fine"), findings
        assert "in use by a house" in said(findings, "data", "fine")
        assert house.get("/healthz").status == 200
    (tmp_path / "data/keys/master.key").chmod(0o644)
    status, findings = check(*given)
    assert status == 1 and "may be used by others" in said(findings, "data", "wrong")
    (tmp_path / "data/keys/master.key").unlink()
    assert "is missing" in said(check(*given)[1], "data", "wrong")


def test_databases_and_redis(basics: list[str], tmp_path: Path) -> None:
    dead = f"127.0.0.1:{free_port()}"
    with Postgres(tmp_path / "postgres") as postgres, Redis(tmp_path / "redis") as redis:
        data, keys = postgres.url("foyer"), postgres.url("foyer_keys")
        status, findings = check(*basics, "--database", data, "--keys", keys, "--redis", redis.url, "--node", "one")
        assert status == 0 and "is empty" in said(findings, "database", "doubtful"), findings
        assert "answers" in said(findings, "keys", "fine") and "answers" in said(findings, "redis", "fine")
        assert postgres.password not in json.dumps(findings) and redis.password not in json.dumps(findings)
        same = check(*basics, "--database", data, "--keys", data + "?connect_timeout=9", "--node", "one")
        assert same[0] == 1 and "stand apart" in said(same[1], "keys", "wrong")
        postgres.ask("ALTER SYSTEM SET synchronous_commit = off")
        postgres.ask("SELECT pg_reload_conf()")
        away = check(*basics, "--database", data, "--keys", keys, "--redis", f"redis://{dead}", "--node", "one")
        assert away[0] == 1 and "not durable" in said(away[1], "database", "wrong"), away
        assert "cannot be reached" in said(away[1], "redis", "wrong")
    gone = check(*basics, "--database", data, "--keys", keys, "--node", "one")
    assert gone[0] == 1 and "cannot be reached" in said(gone[1], "database", "wrong")
