"""The pages as they are delivered: small enough for a clinic's page, and still the same programs."""

import gzip
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from archive import archive  # noqa: E402
from pack import Pack, joined, lean, lean_sheet, pack  # noqa: E402

LOADER_BYTES = 3_000
# 500 more than before files could be shared: where they hang in composer, messages and outbox. The rest of it, 6.5 KB,
# is loaded when a conversation is open.
GUEST_BYTES = 35_500


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("packed") / "web"
    pack(ROOT / "web", target)
    return target


def compressed(path: Path) -> int:
    return path.with_name(path.name + ".gz").stat().st_size


def parts(folder: Path) -> list[Path]:
    """The guest's page and all that it asks for."""
    page = folder / "widget/chat.html"
    asked = re.findall(r'(?:href|src)="/([^"]+)"', page.read_text())
    return [page, *(folder / name for name in asked)]


def test_the_loader_is_tiny(packed: Path) -> None:
    size = compressed(packed / "widget/widget.js")
    assert size <= LOADER_BYTES, f"{size} bytes"


def test_everything_a_guest_loads_is_small(packed: Path) -> None:
    sizes = {path.name: compressed(path) for path in [packed / "widget/widget.js", *parts(packed)]}
    assert sum(sizes.values()) <= GUEST_BYTES, f"{sizes}: {sum(sizes.values())} bytes"


def test_a_page_asks_for_one_script_and_one_sheet(packed: Path) -> None:
    suffixes = [path.suffix for path in parts(packed)]
    assert suffixes.count(".js") == 1
    assert suffixes.count(".css") == 1
    assert "import" not in re.findall(r"^\w+", (packed / "widget/chat.js").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", ["widget/chat.js", "widget/widget.js"])
def test_a_packed_script_is_javascript(packed: Path, name: str) -> None:
    run = subprocess.run(
        ["node", "--check", "--input-type=module"],
        input=(packed / name).read_text(),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert run.returncode == 0, run.stderr


def test_packed_modules_do_what_the_modules_do(tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text(
        'import { two as zwei, Three } from "./two.js";\n'
        'export { two } from "./two.js";\n'
        "/** A sum. */\nexport const sum = zwei + new Three().value;\n"
        "globalThis.found = sum;\n"
    )
    (tmp_path / "two.js").write_text(
        "const sum = 1;\nexport const two = sum + 1;\n\n"
        "export class Three {\n  #secret = 3;\n  get value() {\n    // Hidden.\n    return this.#secret;\n  }\n}\n"
    )
    packed = Pack()
    packed.add(tmp_path / "one.js")
    program = packed.text + "console.log(globalThis.found);"
    run = subprocess.run(["node", "--input-type=module"], input=program, capture_output=True, text=True, timeout=30)
    assert run.stdout == "5\n", run.stderr
    assert "Hidden" not in packed.text


def test_lines_are_joined_where_they_end_nothing(tmp_path: Path) -> None:
    text = 'const a = [\n1,\n2\n];\nconst b = "x" // y, z;\nlet c = b\nc += f(\n"//",\na)\n'
    assert joined(text) == 'const a = [1,2\n];const b = "x" // y, z;\nlet c = b\nc += f("//",\na)\n'


def test_a_form_that_is_not_understood_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text("export default 7;\n")
    with pytest.raises(ValueError, match="not understood"):
        Pack().add(tmp_path / "one.js")


def test_private_names_are_shortened_and_colours_are_not(tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text(
        "class One {\n  #fade = 1;\n  get value() {\n    return this.#fade;\n  }\n}\n"
        'console.log(new One().value, "#fade00", "#fff");\n'
    )
    packed = Pack()
    packed.add(tmp_path / "one.js")
    assert "this.#fade" not in packed.text
    run = subprocess.run(["node", "--input-type=module"], input=packed.text, capture_output=True, text=True, timeout=30)
    assert run.stdout == "1 #fade00 #fff\n", run.stderr


def test_everything_is_there_compressed_as_well(packed: Path) -> None:
    for name in ("widget/chat.html", "widget/chat.js", "dashboard/main.js", "shared/theme.css", "assets/foyer.svg"):
        assert gzip.decompress((packed / f"{name}.gz").read_bytes()) == (packed / name).read_bytes()


def test_comments_go_and_strings_stay() -> None:
    source = '/** Why.\n * More.\n */\nconst a = "/* no */"; // kept\n  /** @type {any} */ (a).b();\n'
    assert lean(source) == 'const a = "/* no */"; // kept\n(a).b();\n'
    assert lean("if (a) return; // gone\nb = c / 2; // kept\n") == "if (a) return;\nb = c / 2; // kept\n"


def test_a_sheet_keeps_what_its_grammar_needs() -> None:
    sheet = "/* Why. */\na:hover,\n.b > c {\n  margin: 0 auto;\n}\n\n@media (min-width: 6rem) and (hover: hover) {\n}\n"
    assert lean_sheet(sheet) == "a:hover,.b > c{margin:0 auto}@media (min-width:6rem) and (hover:hover){}"


def test_a_template_over_several_lines_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text("const a = `b\n{ c }`;\n")
    with pytest.raises(ValueError, match="several lines"):
        Pack().add(tmp_path / "one.js")


def test_the_archive_for_the_program_holds_every_packed_file_and_is_the_same_for_the_same_pages(packed: Path) -> None:
    made = archive(packed, 1_700_000_000)
    assert made == archive(packed, 1_700_000_000) and made.startswith(b"foyerpg1")
    moment, at, found = struct.unpack_from("<Q", made, 8)[0], 16, {}
    while at < len(made):
        name, content = struct.unpack_from("<HI", made, at)
        at += 6
        found[made[at : at + name].decode()] = made[at + name : at + name + content]
        at += name + content
    assert moment == 1_700_000_000
    assert found == {
        path.relative_to(packed).as_posix(): path.read_bytes() for path in packed.rglob("*") if path.is_file()
    }
    assert {"index.html", "widget/chat.html", "widget/chat.js.gz", "dashboard/index.html"} <= set(found)
