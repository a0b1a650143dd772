"""A drawing as a part of a page: without addresses, with ids of its own and two looks. Pure."""

import re

from benchmarks.report.colours import DARK
from benchmarks.report.markup import Html, escaped

_NAMESPACES = re.compile(r' xmlns(:\w+)?="[^"]*"')
_NAMES = re.compile(r'(\bid="|url\(#|href="#)')


def inline(svg: str, number: int, label: str) -> Html:
    """The SVG for the inside of HTML, which needs no namespaces.

    number: of the drawing in its page; ids are unique in a page, and every drawing has a "clip0".
    """
    bare = _NAMES.sub(rf"\g<1>d{number}-", _NAMESPACES.sub("", svg))
    return Html(bare.replace("<svg", f'<svg role="img" aria-label="{escaped(label)}"', 1))


def dark() -> str:
    """Style rules that give drawings their dark colours where the reader wants dark."""
    rules = (
        f'svg [{what}="{light}"] {{ {what}: {colour}; }}'
        for light, colour in DARK.items()
        for what in ("fill", "stroke")
    )
    return "@media (prefers-color-scheme: dark) {\n" + "\n".join(rules) + "\n}\n"
