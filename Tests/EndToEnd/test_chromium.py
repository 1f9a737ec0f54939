"""A real browser against `foyer echo`: the page's WebSocket is Chromium's own, compression included."""

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from support.server import Server

# Nothing but the page: a browser that looks for updates or speaks QUIC has no place in a test.
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_QUIET += ["--disable-sync", "--no-first-run", "--disable-quic"]

# A socket whose events can be awaited one by one, each with a deadline, as Playwright sets none for a promise.
_HELPERS = """
const within = (promise) => Promise.race([promise, new Promise((_, fail) => {
  setTimeout(() => fail(new Error("nothing within 15 s")), 15000);
})]);
window.openSocket = (url, protocols = []) => new Promise((resolve, reject) => {
  const socket = new WebSocket(url, protocols);
  socket.binaryType = "arraybuffer";
  const arrived = [], waiting = [];
  socket.onmessage = ({data}) => waiting.length ? waiting.shift()(data) : arrived.push(data);
  socket.receive = () => within(new Promise((take) => {
    if (arrived.length) take(arrived.shift()); else waiting.push(take);
  }));
  const closed = new Promise((tell) => {
    socket.onclose = ({code, reason, wasClean}) => tell({code, reason, wasClean});
  });
  socket.closed = () => within(closed);
  socket.onopen = () => resolve(socket);
  socket.onerror = () => reject(new Error("no connection"));
});
"""


class _BlankPage(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<!doctype html><title>Echo</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Serves the page from the host of the socket, so that it has a real origin."""
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _BlankPage)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_address[1]}/"
    site.shutdown()
    site.server_close()


@pytest.fixture(scope="module")
def page(origin: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_QUIET)
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.set_default_timeout(20_000)
        page.add_init_script(_HELPERS)
        page.goto(origin)
        yield page
        browser.close()


@pytest.fixture(params=["server", "secure_server"], ids=["ws", "wss"])
def url(request: pytest.FixtureRequest) -> str:
    server: Server = request.getfixturevalue(request.param)
    return f"{server.url}/echo"


def test_text_comes_back(page: Page, url: str) -> None:
    texts = ["", "hello", "grüezi 🩺 \u0000 end", "x" * 126]
    script = """async ([url, texts]) => {
        const socket = await openSocket(url);
        const echoed = [];
        for (const text of texts) { socket.send(text); echoed.push(await socket.receive()); }
        socket.close();
        return echoed;
    }"""
    assert page.evaluate(script, [url, texts]) == texts


def test_binary_comes_back(page: Page, url: str) -> None:
    script = """async (url) => {
        const socket = await openSocket(url);
        socket.send(new Uint8Array([0, 1, 127, 128, 255]));
        const echoed = await socket.receive();
        socket.close();
        return [...new Uint8Array(echoed)];
    }"""
    assert page.evaluate(script, url) == [0, 1, 127, 128, 255]


@pytest.mark.parametrize("compressible", [True, False], ids=["compressible", "random"])
def test_a_mebibyte_comes_back(page: Page, url: str, compressible: bool) -> None:
    """Chromium offers permessage-deflate and compresses every message, if the server agrees: it must."""
    script = """async ([url, compressible]) => {
        const socket = await openSocket(url);
        const sent = new Uint8Array(1 << 20);
        if (compressible) sent.fill(42);
        else for (let at = 0; at < sent.length; at += 65536) crypto.getRandomValues(sent.subarray(at, at + 65536));
        const extensions = socket.extensions;
        socket.send(sent);
        const echoed = new Uint8Array(await socket.receive());
        socket.close();
        return [extensions, echoed.length, echoed.every((byte, at) => byte === sent[at])];
    }"""
    extensions, length, same = page.evaluate(script, [url, compressible])
    assert "permessage-deflate" in extensions
    assert (length, same) == (1 << 20, True)


def test_a_thousand_messages_come_back_in_order(page: Page, url: str) -> None:
    script = """async (url) => {
        const socket = await openSocket(url);
        for (let number = 0; number < 1000; number += 1) socket.send(`message ${number} `.repeat(number % 40 + 1));
        for (let number = 0; number < 1000; number += 1) {
            if (await socket.receive() !== `message ${number} `.repeat(number % 40 + 1)) return number;
        }
        socket.close();
        return "in order";
    }"""
    assert page.evaluate(script, url) == "in order"


def test_close_with_code_and_reason(page: Page, url: str) -> None:
    """The event tells what the server's close frame said: the page's code (RFC 6455 §5.5.1); a reason is not owed."""
    script = """async (url) => {
        const socket = await openSocket(url);
        socket.close(4321, "auf Wiederluege");
        const {code, wasClean} = await socket.closed();
        return [code, wasClean];
    }"""
    assert page.evaluate(script, url) == [4321, True]


def test_a_message_that_is_too_large_is_told_so(page: Page, url: str) -> None:
    """The servers of these tests take 4 MiB; the code is RFC 6455 §7.4.1's."""
    script = """async (url) => {
        const socket = await openSocket(url);
        socket.send(new Uint8Array((4 << 20) + 1));
        return (await socket.closed()).code;
    }"""
    assert page.evaluate(script, url) == 1009


def test_an_unknown_path_opens_no_socket(page: Page, url: str) -> None:
    script = "(url) => openSocket(url).then(() => 'open', (error) => error.message)"
    assert page.evaluate(script, url.replace("/echo", "/nowhere")) == "no connection"


def test_the_server_s_stop_reaches_the_page(page: Page) -> None:
    """SIGTERM closes with 1001, cleanly."""
    with Server() as server:
        page.evaluate("async (url) => { window.left = await openSocket(url); }", f"{server.url}/echo")
        server.end()
        assert page.evaluate("() => left.closed()")["code"] == 1001
