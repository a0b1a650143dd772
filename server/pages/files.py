"""The files that browsers may have, each read once with its type and its tag.

They are answered out of memory and by exact name, so no path leads to any other file.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from server.editing import etags

HERE = Path(__file__).parent
PACKED = HERE / "browser"  # where a wheel has what a checkout has in clients/browser
BROWSER = PACKED if PACKED.is_dir() else HERE.parents[1] / "clients" / "browser"

TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
"""What is sent at all. Text goes out as UTF-8."""


class File(Struct, frozen=True):
    """tag: of its content, as the header `ETag` has it."""

    body: bytes
    type: str
    tag: str


def file(name: str, body: bytes) -> File:
    return File(body, TYPES[Path(name).suffix], etags.of_bytes(body))


def read(pages: Path = HERE, browser: Path = BROWSER) -> Mapping[str, File]:
    """All there are: pages by their names, and those of folders as `assets/...`, `browser/...`."""
    return {
        **{path.name: file(path.name, path.read_bytes()) for path in sorted(pages.glob("*.html"))},
        **dict(_below(pages / "assets", "assets")),
        **dict(_below(browser, "browser")),
    }


def _below(folder: Path, called: str) -> Iterator[tuple[str, File]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in TYPES and path.is_file():
            name = f"{called}/{path.relative_to(folder).as_posix()}"
            yield name, file(name, path.read_bytes())
