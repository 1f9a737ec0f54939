"""Puts the packed pages into one file, which the compiler takes into the program (`Sources/CPages`).

    python tools/archive.py .build/web .build/pages.bin

"foyerpg1", then the moment of the newest page in seconds since 1970 (8 bytes), then each file in the order of its name:
the bytes of its name (2), the bytes of its content (4), name, content. Integers are little-endian. The same pages are
the same bytes: with SOURCE_DATE_EPOCH, as everywhere in Debian, the moment is that one.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

MAGIC = b"foyerpg1"


def archive(folder: Path, moment: int) -> bytes:
    parts = [MAGIC, struct.pack("<Q", moment)]
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, content = path.relative_to(folder).as_posix().encode(), path.read_bytes()
        parts += [struct.pack("<HI", len(name), len(content)), name, content]
    return b"".join(parts)


def newest(folder: Path) -> int:
    return max(int(path.stat().st_mtime) for path in folder.rglob("*") if path.is_file())


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("Usage: archive.py FOLDER FILE", file=sys.stderr)
        return 2
    folder, target = Path(arguments[0]), Path(arguments[1])
    content = archive(folder, int(os.environ.get("SOURCE_DATE_EPOCH") or newest(folder)))
    # Only if it differs: the compiler would take it in again.
    if not target.exists() or target.read_bytes() != content:
        target.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
