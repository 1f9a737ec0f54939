"""Files over HTTP and the protocol: what is taken, what comes of it, who gets it, and what is left where it fails."""

import io
import socket
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from support.desk import Browser, Desk
from support.files import PDF, SECRET, Sharer, document, error_of, pair, picture, stored
from support.waiting import wait_until

_SECONDS = 20.0


@pytest.fixture(scope="module")
def house() -> Iterator[Desk]:
    with Desk() as house:
        yield house


@pytest.fixture(scope="module")
def people(house: Desk) -> tuple[Sharer, Sharer]:
    return pair(house)


@pytest.fixture
def guest(people: tuple[Sharer, Sharer]) -> Sharer:
    return people[0]


@pytest.fixture
def member(people: tuple[Sharer, Sharer]) -> Sharer:
    return people[1]


@pytest.mark.covers("S0.17", "S0.18", "S1.11", "S0.24")
def test_a_file_goes_from_either_side_to_the_other(house: Desk, guest: Sharer, member: Sharer) -> None:
    for sender, reader, content, name in (
        (guest, member, PDF, "letter.pdf"),
        (member, guest, document(("word/a.xml", b"x" * 300_000)), "Röntgen 1.docx"),
    ):
        file = sender.uploaded(content, name)
        assert (file["title"], file["state"], file["bytes"]) == (name, "ready", len(content))
        assert error_of(reader.state(file["id"])) == (404, "no_such_file"), "it was not sent yet"
        assert "ok" in sender.send(file["id"])
        (shown,) = reader.log()[-1]["files"]
        assert shown == {key: file[key] for key in ("id", "title", "bytes", "type", "state")}
        answer = reader.download(file["id"])
        assert answer.status == 200 and answer.body == content
        assert answer.headers["Content-Type"] == file["type"]
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer.csp
        assert sender.download(file["id"]).body == content
    kept = stored(house.data / "files")
    assert len(kept) >= 2 and all(b"PDF" not in path.read_bytes() and SECRET not in path.read_bytes() for path in kept)


@pytest.mark.covers("B9")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_photo_loses_its_place_and_keeps_its_orientation(guest: Sharer, member: Sharer, kind: str) -> None:
    sent = picture(kind)
    assert SECRET in sent
    file = guest.uploaded(sent, f"photo.{kind.lower()}", f"image/{kind.lower()}")
    assert "ok" in guest.send(file["id"])
    answer = member.download(file["id"], "&inline")
    assert answer.status == 200 and answer.headers["Content-Disposition"].startswith("inline")
    assert SECRET not in answer.body and len(answer.body) == file["bytes"]
    with Image.open(io.BytesIO(sent)) as before, Image.open(io.BytesIO(answer.body)) as after:
        assert before.convert("RGB").tobytes() == after.convert("RGB").tobytes()
        if kind != "GIF":
            assert dict(after.getexif()) == {0x0112: 6} and not after.getexif().get_ifd(0x8825)


_SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
_HTML = b"<!doctype html><script>alert(document.cookie)</script>"


def bomb() -> bytes:
    out = io.BytesIO(document())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for index in range(30):
            archive.writestr(f"word/{index}.xml", b"\0" * 10_000_000)
    return out.getvalue()


@pytest.mark.covers("B9")
@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        pytest.param(b"", "text/plain", (415, "empty_file"), id="empty"),
        pytest.param(_SVG, "image/svg+xml", (415, "type_not_allowed"), id="svg"),
        pytest.param(_SVG, "image/png", (415, "type_not_allowed"), id="svg as png"),
        pytest.param(_HTML, "text/html", (415, "type_not_allowed"), id="html"),
        pytest.param(_HTML, "text/plain", (415, "type_not_allowed"), id="html as text"),
        pytest.param(
            b"MZ\x90\0\x03" + b"\0" * 200, "application/octet-stream", (415, "type_not_allowed"), id="program"
        ),
        pytest.param(PDF, "image/png", (415, "type_differs"), id="pdf as png"),
        pytest.param(b"GIF89a" + _HTML, "image/gif", (415, "file_damaged"), id="gif and html"),
        pytest.param(PDF + b" " * 2000 + document(), "", (415, "several_formats"), id="pdf and zip"),
        pytest.param(picture()[:200], "image/jpeg", (415, "file_damaged"), id="cut photo"),
        pytest.param(document(("word/vbaProject.bin", b"x")), "", (415, "has_macros"), id="macros"),
        pytest.param(document(("../../evil", b"x")), "", (415, "file_damaged"), id="zip that climbs"),
        pytest.param(bomb(), "", (415, "too_much_inside"), id="zip bomb"),
        pytest.param(picture("PNG", (1, 1)), "image/jpeg", (415, "type_differs"), id="png as jpeg"),
    ],
)
def test_what_is_not_to_be_shared_is_refused_in_words_and_leaves_nothing(
    house: Desk, guest: Sharer, content: bytes, kind: str, expected: tuple[int, str]
) -> None:
    before = set(stored(house.data / "files"))
    answer = guest.upload(content, "x", kind)
    assert error_of(answer) == expected
    assert answer.error["field"] == "file" and answer.error["message"].endswith(".")
    assert set(stored(house.data / "files")) <= before


def test_what_stands_behind_a_photos_end_is_not_given_on(guest: Sharer) -> None:
    file = guest.uploaded(picture() + _HTML + document(), "x.jpg", "image/jpeg")
    body = guest.download(file["id"]).body
    assert _HTML not in body and b"PK" not in body[-100:]


@pytest.mark.covers("B9")
@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("../../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\x\\letter.pdf", "letter.pdf"),
        ("..", "file.pdf"),
        ("", "file.pdf"),
        ("a\r\nSet-Cookie: x=y\r\n\r\n.pdf", "aSet-Cookie x=y.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "img src=x onerror=alert(1).pdf"),
        ('a"b;c.pdf', "ab;c.pdf"),
        ("x" * 1000 + ".pdf", "x" * 196 + ".pdf"),
        ("Zoë 👩\u200d⚕️.pdf", "Zoë 👩⚕️.pdf"),
        (".htaccess", "htaccess.pdf"),
    ],
)
def test_a_name_is_shown_and_never_used(guest: Sharer, name: str, title: str) -> None:
    file = guest.uploaded(PDF, name)
    assert file["title"] == title
    answer = guest.download(file["id"])
    assert answer.status == 200 and "\n" not in answer.headers["Content-Disposition"]
    assert guest.discard(file["id"]).status == 204


@pytest.mark.covers("B9")
def test_only_who_sees_the_message_gets_the_file(house: Desk, guest: Sharer, member: Sharer) -> None:
    stranger, _ = pair(house, "+447700900456")
    nobody = Sharer(Browser(house), "guests", guest.case)
    note = member.uploaded(PDF, "for colleagues.pdf")["id"]
    assert "ok" in member.send(note, kind="note", text="Between us")
    sent = guest.uploaded(PDF, "letter.pdf")["id"]
    assert "ok" in guest.send(sent)
    for asker, file in ((stranger, sent), (guest, note), (stranger, note), (guest, "0" * 32), (guest, "nothing")):
        assert error_of(asker.state(file)) == (404, "no_such_file")
        assert error_of(asker.link(file)) == (404, "no_such_file")
        assert error_of(asker.discard(file)) == (404, "no_such_file")
        assert error_of(asker.browser.get(f"/api/v1/{asker.side}/files/{file}")) == (404, "no_such_file")
    assert error_of(nobody.state(sent)) == (401, "sign_in") and error_of(nobody.upload(PDF)) == (401, "sign_in")
    assert error_of(stranger.upload(PDF, case=guest.case)) == (404, "no_such_case")
    assert error_of(guest.upload(PDF, case="nothing")) == (404, "no_such_case")
    assert error_of(guest.upload(PDF, case="")) == (400, "missing")
    assert stranger.send(sent)["error"]["code"] == "no_such_file", "into a case of one's own"
    assert member.send(sent)["error"]["code"] == "no_such_file", "another's file in one's own name"
    assert member.download(note).body == PDF
    # A link is its session's: the member's is none of the guest's.
    href = member.link(sent).json()["href"]
    assert error_of(guest.browser.get(href.replace("/members/", "/guests/"))) == (410, "link_expired")
    assert error_of(guest.browser.get(f"/api/v1/guests/files/{sent}")) == (410, "link_expired")
    assert error_of(member.browser.get(href.replace("until=", "until=9"))) == (410, "link_expired")
    assert error_of(guest.upload(PDF, Origin="https://evil.example")) == (403, "foreign_origin")


@pytest.mark.covers("B9")
def test_a_deleted_message_takes_its_files_along(house: Desk, guest: Sharer, member: Sharer) -> None:
    file = member.uploaded(PDF, "wrong person.pdf")["id"]
    number = member.send(file, text="Here it is")["ok"]["seq"]
    assert guest.download(file).status == 200
    socket = member.socket()
    assert "ok" in socket.ask("delete", case=member.case, key="1" * 32, number=number)
    socket.close()
    wait_until(lambda: guest.link(file).status == 410, _SECONDS, "it is withdrawn")
    assert error_of(guest.link(file)) == (410, "file_gone")


def test_a_file_that_is_not_to_be_sent_is_gone_at_once(house: Desk, guest: Sharer) -> None:
    before = set(stored(house.data / "files"))
    file = guest.uploaded(PDF)["id"]
    (content,) = set(stored(house.data / "files")) - before
    assert guest.discard(file).status == 204
    assert not content.exists() and error_of(guest.state(file)) == (404, "no_such_file")


def test_one_key_is_one_message_with_its_files(guest: Sharer) -> None:
    files = [guest.uploaded(PDF)["id"] for _ in range(3)]
    key = "a" * 32
    first = guest.send(*files, key=key)
    assert guest.send(*files, key=key) == first
    assert guest.send(*files[:2], key=key)["error"]["code"] == "key_reused"
    assert guest.send(files[0], files[0])["error"]["code"] == "no_such_file", "the same twice"


# What is too large, broken off, or too much at once.


def raw(house: Desk, guest: Sharer, *fields: str) -> bytes:
    """What is answered to a head alone."""
    cookies = "; ".join(f"{name}={value}" for name, value in guest.browser.cookies.items())
    head = [
        f"POST /api/v1/guests/files?case={guest.case}&name=x.pdf HTTP/1.1",
        "Host: x",
        f"Cookie: {cookies}",
        *fields,
        "",
        "",
    ]
    with socket.create_connection(("127.0.0.1", house.port), timeout=_SECONDS) as connection:
        connection.sendall("\r\n".join(head).encode())
        answer = b""
        while b"}}" not in answer:
            part = connection.recv(65536)
            if not part:
                break
            answer += part
        return answer


@pytest.mark.covers("B9")
def test_ten_gigabytes_are_refused_before_a_byte_is_read(house: Desk, guest: Sharer) -> None:
    answer = raw(house, guest, f"Content-Length: {10 * 2**30}")
    assert b" 413 " in answer.split(b"\r\n")[0] and b"file_too_large" in answer and b"25 MB" in answer
    answer = raw(house, guest, "Transfer-Encoding: chunked")
    assert b" 411 " in answer.split(b"\r\n")[0] and b"length_required" in answer


@pytest.mark.covers("B9")
def test_an_aborted_upload_leaves_nothing(house: Desk, guest: Sharer) -> None:
    folder = house.data / "files"
    before = set(stored(folder))
    connection = guest.half_upload(PDF + b"x" * 400_000, 5_000_000)
    wait_until(lambda: set(stored(folder)) - before, _SECONDS, "it is on its way")
    (arriving,) = [path for path in stored(folder) if path.parent.name == "incoming"]
    wait_until(lambda: arriving.stat().st_size > 100_000, _SECONDS, "something of it has arrived")
    assert b"PDF" not in arriving.read_bytes()
    connection.close()
    wait_until(lambda: set(stored(folder)) <= before, _SECONDS, "nothing is left")


@pytest.mark.covers("B9")
def test_a_thousand_at_once_are_bounded_and_the_house_goes_on(house: Desk) -> None:
    crowd, _ = pair(house, "+447700900789")
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda index: crowd.upload(PDF, f"{index}.pdf"), range(1000)))
    outcomes = {error_of(answer) if answer.status != 201 else (201, "") for answer in answers}
    assert outcomes <= {(201, ""), (429, "too_many_uploads"), (409, "too_many_unsent")}
    assert sum(answer.status == 201 for answer in answers) == 30, "as many as may be unsent"
    assert house.get("/readyz").status == 200
    assert "ok" in crowd.send(text="Still here")
