"""The house's pages as an HTTP client sees them: what is served, by which rules, and the QR codes."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
import zxingcpp

from support.certificates import Certificate
from support.desk import Desk

_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def house() -> Iterator[Desk]:
    with Desk() as house:
        yield house


class TestPages:
    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("/", "text/html; charset=utf-8"),
            ("/dashboard", "text/html; charset=utf-8"),
            ("/demo/clinic", "text/html; charset=utf-8"),
            ("/demo/clinic.css", "text/css; charset=utf-8"),
            ("/dev/outbox", "text/html; charset=utf-8"),
            ("/widget.js", "text/javascript; charset=utf-8"),
            ("/widget/chat.js", "text/javascript; charset=utf-8"),
            ("/shared/wire.js", "text/javascript; charset=utf-8"),
            ("/assets/foyer.css", "text/css; charset=utf-8"),
            ("/assets/foyer.svg", "image/svg+xml"),
            ("/healthz", "application/json"),
            ("/readyz", "application/json"),
            ("/version", "application/json"),
        ],
    )
    def test_what_is_served_is_hardened(self, house: Desk, path: str, kind: str) -> None:
        answer = house.get(path)
        assert answer.status == 200 and answer.headers["Content-Type"] == kind and answer.body
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert answer.csp["default-src"] == "'none'"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "Strict-Transport-Security" not in answer.headers
        shared = path == "/widget.js"
        assert answer.headers["Cross-Origin-Resource-Policy"] == ("cross-origin" if shared else "same-origin")

    def test_the_version_names_the_protocol(self, house: Desk) -> None:
        version = house.get("/version").json()
        assert version.pop("uptimeSeconds") >= 0
        assert re.fullmatch(r"\d+\.\d+\.\d+", version.pop("version"))
        assert version == {"name": "foyer", "protocol": 1}

    @pytest.mark.parametrize("path", ["/assets/foyer.css", "/", "/widget.js", "/shared/wire.js"])
    def test_files_are_asked_for_anew_and_sent_only_if_changed(self, house: Desk, path: str) -> None:
        first = house.get(path)
        assert first.headers["Cache-Control"] == "no-cache"
        again = house.get(path, {"If-None-Match": first.headers["ETag"]})
        assert again.status == 304 and again.body == b""

    @pytest.mark.parametrize(
        "path",
        [
            *("/index.html", "/package.json", "/nothing", "/assets/nothing.css", "/assets/", "/widget/../index.html"),
            *("/dev/outbox.html", "/demo/", "/.git/config", "/chat", "/chat/", "/qr/", "/dashboard/nothing.js"),
        ],
    )
    def test_nothing_else_is_served(self, house: Desk, path: str) -> None:
        answer = house.get(path)
        assert answer.status == 404 or (path == "/widget/../index.html" and answer.status in (400, 404))
        assert answer.headers["Content-Security-Policy"]

    def test_behind_tls_it_stays_tls(self, certificate: Certificate) -> None:
        with Desk(*certificate.server_arguments()) as house:
            for path in ("/", "/chat/" + house.team(), "/api/v1/house", "/nothing"):
                assert house.get(path).headers["Strict-Transport-Security"] == "max-age=31536000"
            assert f"wss://127.0.0.1:{house.port}" in house.get("/dashboard").csp["connect-src"]


class TestPolicies:
    @pytest.mark.covers("S0.2")
    def test_the_chat_may_be_shown_by_the_clinic_alone(self, house: Desk) -> None:
        answer = house.get(f"/chat/{house.team()}")
        assert answer.status == 200 and "chat" in answer.text
        assert answer.csp == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "connect-src": f"'self' ws://127.0.0.1:{house.port}",
            "img-src": "'self' data:",
            "media-src": "'self'",
            "manifest-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": f"'self' http://localhost:{house.port}",
        }
        assert "X-Frame-Options" not in answer.headers
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        deeper = house.get(f"/chat/{house.team()}/{'0' * 32}?embedded")
        assert deeper.status == 200 and deeper.body == answer.body and deeper.csp == answer.csp

    def test_a_chat_of_no_team_is_404_and_still_a_page(self, house: Desk) -> None:
        for team in ("0" * 32, "nobody"):
            answer = house.get(f"/chat/{team}")
            assert answer.status == 404 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
            assert answer.csp["frame-ancestors"].startswith("'self'")

    @pytest.mark.parametrize("path", ["/", "/dashboard", "/dev/outbox"])
    def test_other_pages_are_shown_in_no_frame(self, house: Desk, path: str) -> None:
        answer = house.get(path)
        assert answer.csp["frame-ancestors"] == "'none'" and answer.headers["X-Frame-Options"] == "DENY"
        assert answer.csp["script-src"] == "'self'" and answer.csp["connect-src"].startswith("'self' ws://")

    @pytest.mark.covers("S0.2")
    def test_the_clinic_s_page_allows_what_an_embedding_page_has_to(self, house: Desk) -> None:
        answer = house.get("/demo/clinic")
        origin = f"http://127.0.0.1:{house.port}"
        assert answer.csp == {
            "default-src": "'none'",
            "style-src": "'self'",
            "img-src": "'self' data:",
            "script-src": origin,
            "frame-src": origin,
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }
        line = f'<script async src="{origin}/widget.js" data-team="{house.team()}"></script>'
        assert answer.text.count("<script") == 1 and line in answer.text

    def test_every_link_follows_the_public_address(self) -> None:
        with Desk("--public-url", "https://chat.example.org") as house:
            demo = house.demo()
            assert demo["clinic"] == "https://chat.example.org/demo/clinic" and demo["isLoopback"] is False
            assert all(team["chat"].startswith("https://chat.example.org/chat/") for team in demo["teams"])
            assert 'src="https://chat.example.org/widget.js"' in house.get("/demo/clinic").text
            assert house.get("/dashboard").csp["connect-src"] == "'self' wss://chat.example.org"
            assert house.get("/chat/" + house.team()).csp["frame-ancestors"] == "'self'"


def modules(svg: str) -> list[list[int]]:
    """The code's light (255) and dark (0) modules with the quiet zone, eight pixels each."""
    root = ElementTree.fromstring(svg)
    side = int(root.attrib["viewBox"].split()[2])
    ground, code = root.findall(f"{_SVG}path")
    assert ground.attrib["d"] == f"M0 0h{side}v{side}H0z"
    rows = [[255] * side for _ in range(side)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", code.attrib["d"]):
        for column in range(int(x), int(x) + int(length)):
            rows[int(y)][column] = 0
    return rows


def decode(svg: str) -> "zxingcpp.Barcode":
    scale = 8
    rows = modules(svg)
    side = len(rows) * scale
    pixels = bytes(rows[y // scale][x // scale] for y in range(side) for x in range(side))
    barcode = zxingcpp.read_barcode(memoryview(pixels).cast("B", (side, side)))
    assert barcode is not None
    return barcode


class TestQRCode:
    @pytest.mark.covers("S0.3", "S0.4")
    def test_leads_to_the_stand_alone_chat(self, house: Desk) -> None:
        for team in house.demo()["teams"]:
            answer = house.get(f"/qr/{team['id']}.svg")
            assert answer.status == 200 and answer.headers["Content-Type"] == "image/svg+xml"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            code = decode(answer.text)
            assert code.text == team["chat"] == f"{house.url}/chat/{team['id']}"
            assert house.get("/chat/" + code.text.rsplit("/", 1)[1]).status == 200

    @pytest.mark.covers("S0.3")
    def test_has_a_quiet_zone_a_title_and_correction_m(self, house: Desk) -> None:
        svg = house.get(f"/qr/{house.team()}.svg").text
        rows = modules(svg)
        edge = [*rows[:4], *rows[-4:], *[row[:4] + row[-4:] for row in rows]]
        assert all(module == 255 for row in edge for module in row)
        title = ElementTree.fromstring(svg).find(f"{_SVG}title")
        assert title is not None and title.text == "QR code: chat with Front desk, Harbour Street Clinic"
        assert decode(svg).ec_level == "M"

    def test_follows_the_public_address(self) -> None:
        with Desk("--public-url", "https://chat.example.org") as house:
            team = house.team()
            assert decode(house.get(f"/qr/{team}.svg").text).text == f"https://chat.example.org/chat/{team}"

    def test_is_as_large_as_wanted(self, house: Desk) -> None:
        for query, size in (("", "320"), ("?size=64", "64"), ("?size=2048", "2048")):
            root = ElementTree.fromstring(house.get(f"/qr/{house.team()}.svg{query}").text)
            assert (root.attrib["width"], root.attrib["height"]) == (size, size)

    @pytest.mark.parametrize("size", ["63", "2049", "0", "-64", "large", "", "1e3", "9" * 40, "%FF"])
    def test_a_size_that_is_none_is_400(self, house: Desk, size: str) -> None:
        assert house.get(f"/qr/{house.team()}.svg?size={size}").status == 400

    @pytest.mark.parametrize("name", ["0" * 32 + ".svg", "x.svg", ".svg", "front-desk.png"])
    def test_an_unknown_team_is_404(self, house: Desk, name: str) -> None:
        assert house.get(f"/qr/{name}").status == 404
