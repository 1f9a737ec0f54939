"""Chromium for tests, as Debian installs it."""

from playwright.sync_api import Browser, Playwright

# Nothing but the page: a browser that looks for updates or speaks QUIC has no place in a test.
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_QUIET += ["--disable-sync", "--no-first-run", "--disable-quic"]


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_QUIET)
