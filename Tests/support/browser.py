"""Chromium for tests, as Debian installs it."""

import json
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Playwright

# Nothing but the page: a browser that looks for updates or speaks QUIC has no place in a test.
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_QUIET += ["--disable-sync", "--no-first-run", "--disable-quic"]

_CHROMIUM = "/usr/bin/chromium"


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=_CHROMIUM, args=_QUIET)


class Profile:
    """A browser of which somebody has changed the settings; `profile` is that part of Chromium's preferences."""

    def __init__(self, playwright: Playwright, directory: Path, profile: dict[str, object]) -> None:
        self._playwright = playwright
        self._directory = directory
        (directory / "Default").mkdir(parents=True)
        (directory / "Default" / "Preferences").write_text(json.dumps({"profile": profile}))

    def new_context(self, **options: object) -> BrowserContext:
        """Its one window; closing it ends the browser."""
        return self._playwright.chromium.launch_persistent_context(
            self._directory, executable_path=_CHROMIUM, args=_QUIET, **options
        )
