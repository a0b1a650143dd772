"""Entity tags and the headers that speak of them (RFC 9110, sections 8.8.3 and 13.1). Pure."""

import hashlib
import re

from storage.records import Segment

TAG = re.compile(r'(W/)?"([^"]*)"', re.ASCII)
BARE = re.compile(r"\d{1,9}", re.ASCII)


def of_segment(segment: Segment) -> str:
    return f'"{segment.revision}"'


def of_bytes(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def demanded(if_match: str) -> frozenset[int] | None:
    """The revisions that `If-Match` allows; None: any.

    Weak tags match nothing, as the RFC has it, nor do tags that are none of ours. A bare number
    is taken for its tag.
    """
    text = if_match.strip()
    if text == "*":
        return None
    if BARE.fullmatch(text):
        return frozenset({int(text)})
    strong = [tag for weak, tag in TAG.findall(text) if not weak]
    return frozenset(int(tag) for tag in strong if BARE.fullmatch(tag))


def known(if_none_match: str | None, tag: str) -> bool:
    """Whether the client has this already."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag.strip('"') in {
        text for _, text in TAG.findall(if_none_match)
    }


def ranged(if_range: str | None, tag: str) -> bool:
    """Whether a `Range` counts: not when the client has its first part of something else."""
    return if_range is None or if_range.strip() == tag
