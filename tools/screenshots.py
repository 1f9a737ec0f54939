"""Photographs the screens of the house for docs/screenshots, small and in the same light each time.

    FOYER_DEBUG_BIN=.build/debug/foyer .venv/bin/python tools/screenshots.py [folder]

It walks the way of Tests/support/screens.py against a real server. The debug build is needed: half an hour goes by.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Frame, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests"))

from support import screens  # noqa: E402
from support.browser import launch  # noqa: E402
from support.house import House  # noqa: E402
from support.people import DESK, PHONE  # noqa: E402

# Colours per picture: enough for shades and edges of letters, a fifth of the bytes.
COLOURS = 64

ON_THE_PHONE = {
    "guest-sign-in": "light",
    "guest-sign-in-errors": "light",
    "guest-code-wrong": "light",
    "guest-details": "light",
    "guest-chat": "dark",
    "guest-close-request": "light",
    "guest-menu": "light",
    "guest-offline": "light",
    "guest-closed": "light",
    "member-inbox": "light",
    "member-conversation": "light",
    "member-timeline": "dark",
    "member-hand-over": "light",
}
ON_THE_DESK = {
    "guest-sign-in": "dark",
    "guest-chat": "light",
    "clinic-page": "light",
    "landing": "light",
    "outbox": "light",
    "member-sign-in-error": "light",
    "member-empty": "light",
    "member-inbox": "dark",
    "member-conversation": "light",
    "member-timeline": "light",
    "member-hand-over": "light",
    "member-longest-names": "light",
    "member-from-the-right": "light",
    "member-offline": "light",
    "member-closed": "dark",
    "member-session-over": "light",
}


class Camera:
    def __init__(self, folder: Path, size: str, wanted: dict[str, str]) -> None:
        self.folder = folder
        self.size = size
        self.wanted = wanted
        self.taken: list[Path] = []

    def look(self, name: str, where: Page | Frame) -> None:
        scheme = self.wanted.get(name)
        if scheme is None:
            return
        page = where if isinstance(where, Page) else where.page
        page.emulate_media(color_scheme=scheme)
        path = self.folder / f"{name}-{self.size}.png"
        # Without a blinking caret, two runs give the same picture.
        self.save(page.screenshot(animations="disabled", caret="hide"), path)
        page.emulate_media(color_scheme="light")
        self.taken.append(path)

    @staticmethod
    def save(png: bytes, path: Path) -> None:
        picture = Image.open(io.BytesIO(png)).convert("RGB")
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    phone, desk = Camera(folder, "phone", ON_THE_PHONE), Camera(folder, "desktop", ON_THE_DESK)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as data:
        browser = launch(playwright)
        # An empty inbox for each size.
        for camera, viewport in ((phone, PHONE), (desk, DESK)):
            own = Path(data) / camera.size
            own.mkdir()
            with House(own) as house:
                screens.member_screens(browser, house, camera.look, viewport)
                screens.guest_screens(browser, house, camera.look, viewport)
                if camera is desk:
                    screens.embedded_screens(browser, house, camera.look)
                    screens.house_screens(browser, house, camera.look)
        browser.close()
    taken = phone.taken + desk.taken
    print(f"{len(taken)} pictures, {sum(path.stat().st_size for path in taken) // 1024} kB")
    missing = (ON_THE_PHONE.keys() - {path.stem.removesuffix("-phone") for path in phone.taken}) | (
        ON_THE_DESK.keys() - {path.stem.removesuffix("-desktop") for path in desk.taken}
    )
    if missing:
        print(f"Not seen on the way: {', '.join(sorted(missing))}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
