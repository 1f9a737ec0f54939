"""Makes the Debian package out of the release binary: `python tools/package.py BINARY TARGET-FOLDER`.

What it holds is written down in `LAYOUT`; what it depends on is asked of the binary itself (dpkg-shlibdeps), its
version is the source's (Sources/Gateway/FoyerVersion.swift). The same inputs make the same package: files are of root,
and their time is SOURCE_DATE_EPOCH or the binary's.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION_FILE = ROOT / "Sources" / "Gateway" / "FoyerVersion.swift"

CONTROL = """\
Package: foyer
Version: {version}
Architecture: {architecture}
Maintainer: Foyer <foyer@example.org>
Installed-Size: {installed_kib}
Depends: adduser, {dependencies}
Section: net
Priority: optional
Description: front desk of a clinic on the web
 A chat for guests and a dashboard for the team, as one program with an
 embedded database: a WebSocket and HTTP server that loses no message.
"""


@dataclass(frozen=True)
class Entry:
    source: str
    target: str
    mode: int = 0o644


LAYOUT = [
    Entry("packaging/foyer.service", "lib/systemd/system/foyer.service"),
    Entry("packaging/foyer.conf", "etc/foyer/foyer.conf", 0o640),
    Entry("packaging/debian/copyright", "usr/share/doc/foyer/copyright"),
    *(
        Entry(f"docs/{name}.md", f"usr/share/doc/foyer/{name}.md")
        for name in ("operations", "security", "store", "http")
    ),
]
SCRIPTS = ("postinst", "prerm", "postrm")


def version() -> str:
    found = re.search(r'text: StaticString = "(\d+\.\d+\.\d+)"', VERSION_FILE.read_text())
    if not found:
        raise SystemExit(f"{VERSION_FILE} names no version")
    return found[1]


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout.strip()


def dependencies(binary: Path) -> str:
    """Of the shared libraries that it is linked to: the packages, with the versions that have what it uses."""
    with tempfile.TemporaryDirectory() as folder:
        # dpkg-shlibdeps wants a source package to stand in.
        (Path(folder) / "debian").mkdir()
        (Path(folder) / "debian" / "control").write_text("Source: foyer\n\nPackage: foyer\nArchitecture: any\n")
        said = run("dpkg-shlibdeps", "-O", "--warnings=0", str(binary), cwd=Path(folder))
    return said.removeprefix("shlibs:Depends=")


def put(source: Path, target: Path, mode: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def lay_out(binary: Path, tree: Path) -> None:
    put(binary, tree / "usr/bin/foyer", 0o755)
    for entry in LAYOUT:
        put(ROOT / entry.source, tree / entry.target, entry.mode)
    changes = f"foyer ({version()}) stable; urgency=medium\n\n  * See the project's history.\n\n -- Foyer\n"
    (tree / "usr/share/doc/foyer/changelog.gz").write_bytes(gzip.compress(changes.encode(), 9, mtime=0))


def describe(binary: Path, tree: Path) -> None:
    kib = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file()) // 1024
    debian = tree / "DEBIAN"
    debian.mkdir()
    (debian / "control").write_text(
        CONTROL.format(
            version=version(),
            architecture=run("dpkg", "--print-architecture"),
            installed_kib=kib,
            dependencies=dependencies(binary),
        )
    )
    (debian / "conffiles").write_text("/etc/foyer/foyer.conf\n")
    for script in SCRIPTS:
        put(ROOT / "packaging" / "debian" / script, debian / script, 0o755)


def package(binary: Path, folder: Path) -> Path:
    moment = os.environ.get("SOURCE_DATE_EPOCH") or str(int(binary.stat().st_mtime))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary) / "foyer"
        tree.mkdir()
        lay_out(binary, tree)
        describe(binary, tree)
        for path in [tree, *tree.rglob("*")]:
            if path.is_dir():
                path.chmod(0o755)
        made = folder / f"foyer_{version()}_{run('dpkg', '--print-architecture')}.deb"
        os.environ["SOURCE_DATE_EPOCH"] = moment
        run("dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(made))
    return made


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("Usage: package.py BINARY FOLDER", file=sys.stderr)
        return 2
    print(package(Path(arguments[0]).resolve(), Path(arguments[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
