"""Files as people have them, made by real programs, and a house's way with them over HTTP."""

from __future__ import annotations

import http.client
import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from support.desk import Answer, Browser, Desk
from support.sockets import ProtocolSocket

# In EXIF, XMP and comments of every picture that is made here: no file may leave the house with it.
SECRET = b"Secret Street 51.5074N"


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), orientation: int = 6) -> bytes:
    """A photo as a phone takes it: held upright, with its place."""
    image = Image.effect_noise(size, 90).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (51.0, 30.0, 26.6)
    out = io.BytesIO()
    options: dict[str, Any] = {"exif": exif}
    if kind == "PNG":
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_text("Comment", SECRET.decode())
    elif kind == "GIF":
        options = {"comment": SECRET}
    elif kind == "JPEG":
        options["comment"] = SECRET
    image.save(out, kind, **options)
    return out.getvalue()


def document(*more: tuple[str, bytes]) -> bytes:
    """A DOCX, as far as anybody looks at it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
        for name, content in more:
            archive.writestr(name, content)
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


class Sharer:
    """Somebody with a session and a case, who sends files as a page does."""

    def __init__(self, browser: Browser, side: str, case: str) -> None:
        self.browser, self.side, self.case = browser, side, case

    def upload(
        self,
        content: bytes,
        name: str = "file",
        kind: str = "application/octet-stream",
        case: str | None = None,
        **headers: str,
    ) -> Answer:
        query = urlencode({"case": self.case if case is None else case, "name": name})
        sent = {"Origin": self.browser.origin, "Content-Type": kind, **headers}
        return self.browser._ask("POST", f"/api/v1/{self.side}/files?{query}", content, sent)

    def uploaded(self, content: bytes, name: str = "file", kind: str = "application/octet-stream") -> dict[str, Any]:
        answer = self.upload(content, name, kind)
        assert answer.status == 201, answer.text
        return answer.json()["file"]

    def state(self, file: str) -> Answer:
        return self.browser.get(f"/api/v1/{self.side}/files/{file}/state")

    def link(self, file: str) -> Answer:
        return self.browser.post(f"/api/v1/{self.side}/files/{file}/link")

    def download(self, file: str, extra: str = "") -> Answer:
        linked = self.link(file)
        if linked.status != 200:
            return linked
        return self.browser.get(linked.json()["href"] + extra)

    def discard(self, file: str) -> Answer:
        return self.browser.post(f"/api/v1/{self.side}/files/{file}/discard")

    def socket(self) -> ProtocolSocket:
        return ProtocolSocket(self.browser, self.side)

    def send(self, *files: str, text: str = "", kind: str = "send", key: str | None = None) -> dict[str, Any]:
        socket = self.socket()
        key = key or uuid.uuid4().hex
        answer = socket.ask(kind, case=self.case, key=key, text=text, files=list(files))
        socket.close()
        return answer

    def log(self) -> list[dict[str, Any]]:
        socket = self.socket()
        events = socket.log(self.case)
        socket.close()
        return events

    def half_upload(self, content: bytes, announced: int) -> http.client.HTTPConnection:
        """Begins, and does not go on."""
        address = urlsplit(self.browser.house.url)
        connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=20)
        query = urlencode({"case": self.case, "name": "half.pdf"})
        connection.putrequest("POST", f"/api/v1/{self.side}/files?{query}")
        for name, value in {
            "Origin": self.browser.origin,
            "Content-Length": str(announced),
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.browser.cookies.items()),
        }.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(content)
        return connection


def pair(house: Desk, phone: str = "+447700900123") -> tuple[Sharer, Sharer]:
    """A guest, and a member who has their case."""
    guest, member = Browser(house), Browser(house)
    guest.sign_in_as_guest(phone)
    member.sign_in_as_member()
    socket = ProtocolSocket(guest)
    team = house.team("Radiology")
    case = socket.ask("open", key=uuid.uuid4().hex, team=team, subject="A photo")["ok"]["case"]
    socket.close()
    socket = ProtocolSocket(member, "members")
    assert "ok" in socket.ask("claim", key=uuid.uuid4().hex, case=case)
    socket.close()
    return Sharer(guest, "guests", case), Sharer(member, "members", case)


def stored(folder: Path) -> list[Path]:
    """All contents that a house keeps, also those on their way."""
    return [path for path in folder.rglob("*") if path.is_file()]


def error_of(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json()["error"]["code"]


def rows(answer: Answer) -> Any:
    return json.loads(answer.body)
