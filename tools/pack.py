"""Packs the pages for delivery: for each page one script and one style sheet, without comments and indentation,
and everything also compressed, beside it as `.gz`, which the server prefers where the browser takes it.

`python tools/pack.py web .build/web`. The sources run as they are; this only spares a phone forty requests and half of
the bytes. Each module becomes a function that is called once, in the order of the imports, so that names stay its own.
It understands the few forms of `import` and `export` that the sources use, and refuses any other.
"""

import gzip
import re
import shutil
import string
import sys
from collections import Counter
from pathlib import Path

IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"([^"]+)";\n', re.MULTILINE)
REEXPORT = re.compile(r'^export\s*\{([^}]*)\}\s*from\s*"([^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function|const) (\w+))", re.MULTILINE)
SCRIPT = re.compile(r'<script type="module" src="/([^"]+)"></script>')
STYLES = re.compile(r'(?:[ \t]*<link rel="stylesheet" href="/[^"]+">\n)+')
LETTERS = string.ascii_letters
# Declared at the beginning of a line, so that a colour in a string is none.
DECLARED = re.compile(r"^(?:(?:static|async|get|set) |\*)*(#[A-Za-z]\w*)", re.MULTILINE)
COMPRESSED = {".css", ".html", ".js", ".json", ".svg"}


def lean(text: str) -> str:
    """Without comments, where they are surely that, types within expressions, and indentation."""
    text = re.sub(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"/\*\* @type[^\n]*?\*/ ?", "", text)
    text = re.sub(r"^[ \t]*//.*\n", "", text, flags=re.MULTILINE)
    # Behind code only where nothing before it can be a string or an expression of its own.
    text = re.sub(r"^([^\"'`/\n]*?)[ \t]+//.*$", r"\1", text, flags=re.MULTILINE)
    text = re.sub(r"^[ \t]+", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{2,}", "\n", text).lstrip("\n")


def joined(text: str) -> str:
    """Without the ends of lines at which no statement ends, or one has ended already. No template goes over several
    lines (see `add`), and a line that may still have a comment stays one.
    """
    return re.sub(r"^(?!.*//)(.*[{(\[,;])\n", r"\1", text, flags=re.MULTILINE)


def lean_sheet(text: str) -> str:
    """A style sheet, also without the spaces that its grammar does not need."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", lean(text)).replace(": ", ":").replace(";}", "}")


def names(listed: str) -> list[tuple[str, str]]:
    """`A, B as C` as pairs of the exporting and the importing module's name."""
    found = []
    for part in filter(None, (part.strip() for part in listed.split(","))):
        outer, _, inner = part.partition(" as ")
        found.append((outer.strip(), inner.strip() or outer.strip()))
    return found


class Pack:
    """One script and all that it imports."""

    def __init__(self) -> None:
        self.numbers: dict[Path, int] = {}
        self.parts: list[str] = []

    def add(self, path: Path) -> int:
        path = path.resolve()
        if path in self.numbers:
            return self.numbers[path]
        text = lean(path.read_text())
        brought: list[str] = []
        given: list[str] = []

        def take(match: re.Match[str]) -> str:
            number = self.add(path.parent / match[2])
            wanted = ",".join(a if a == b else f"{a}:{b}" for a, b in names(match[1]))
            brought.append(f"const{{{wanted}}}=$[{number}];")
            return ""

        def pass_on(match: re.Match[str]) -> str:
            number = self.add(path.parent / match[2])
            given.extend(f"{b}:$[{number}].{a}" for a, b in names(match[1]))
            return ""

        def give(match: re.Match[str]) -> str:
            given.append(match[1])
            return ""

        text = IMPORT.sub(take, text)
        text = REEXPORT.sub(pass_on, text)
        text = EXPORT.sub(give, text)
        left = re.search(r"^(?:import|export)\b.*", text, re.MULTILINE)
        if left:
            raise ValueError(f"{path.name}: this form is not understood: {left[0]}")
        if any(line.count("`") % 2 for line in text.split("\n")):
            raise ValueError(f"{path.name}: a template over several lines is not understood")
        # Private names are nobody else's: the most frequent ones become single letters.
        declared = set(DECLARED.findall(text))
        uses = Counter(re.findall(r"#[A-Za-z]\w*", text))
        frequent = sorted(declared, key=lambda name: (-uses[name], name))
        short = {name: f"#{LETTERS[index % 52]}{index // 52 or ''}" for index, name in enumerate(frequent)}
        text = re.sub(r"#[A-Za-z]\w*", lambda match: short.get(match[0], match[0]), text)
        self.numbers[path] = len(self.parts)
        self.parts.append(f"$.push((()=>{{{''.join(brought)}\n{text}return{{{','.join(given)}}}}})());\n")
        return self.numbers[path]

    @property
    def text(self) -> str:
        return joined("const $=[];\n" + "".join(self.parts))


def pack(source: Path, target: Path) -> None:
    """Makes `target` anew: what pages need of `source`, under the same names."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    for path in target.rglob("*"):
        if path.suffix == ".js":
            path.write_text(lean(path.read_text()))
        elif path.suffix == ".css":
            path.write_text(lean_sheet(path.read_text()))
    for page in target.rglob("*.html"):
        text = page.read_text()
        sheets = STYLES.search(text)
        if sheets:
            hrefs = re.findall(r'href="/([^"]+)"', sheets[0])
            joined = "".join(lean_sheet((source / href).read_text()) for href in hrefs)
            (target / hrefs[-1]).write_text(joined)
            text = text.replace(sheets[0], f'  <link rel="stylesheet" href="/{hrefs[-1]}">\n')
        for src in SCRIPT.findall(text):
            packed = Pack()
            packed.add(source / src)
            (target / src).write_text(packed.text)
        page.write_text(text)
    for path in [path for path in target.rglob("*") if path.suffix in COMPRESSED]:
        # Without a name and a time, so that the same pages are the same bytes.
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("Usage: pack.py SOURCE TARGET", file=sys.stderr)
        return 2
    pack(Path(arguments[0]), Path(arguments[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
