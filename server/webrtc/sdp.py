"""Offers of publishers and our answers to them, as text. Pure.

One section of sound and one of data are handed on, cut to what is understood of them; every other
is rejected in its place: programs that stream always offer video, and it would be decoded.
"""

import ipaddress
import re

from msgspec import Struct

from server.webrtc.sections import BadOffer, Section, named, parsed, text, values

LARGEST = 64 * 1024  # bytes of an offer, or of a fragment
CANDIDATES = 64  # of one offer or fragment; those after it are not looked at
OPUS = re.compile(r"(\d{1,3}) opus/48000(?:/[12])?", re.ASCII | re.IGNORECASE)
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
WAYS = {"sendonly", "sendrecv", "recvonly", "inactive"}
NEEDED = ("ice-ufrag", "ice-pwd", "fingerprint")
TRANSPORT = (*NEEDED, "setup", "ice-options", "candidate", "end-of-candidates")
DATA = ("sctp-port", "sctpmap", "max-message-size")


class Offer(Struct, frozen=True):
    """sdp: what is handed on. rejected: what is not. ufrag, password: of the publisher's ICE."""

    sdp: str
    rejected: tuple[Section, ...]
    bundled: bool
    ufrag: str
    password: str


class Fragment(Struct, frozen=True):
    """Addresses that come after the offer. last: there will be no more."""

    ufrags: tuple[str, ...]
    passwords: tuple[str, ...]
    candidates: tuple[str, ...]
    last: bool


def offer(body: bytes) -> Offer:
    """Raises BadOffer."""
    head, sections = parsed(text(body))
    sound = _sound(sections)
    data = next((each for each in sections if _is_data(each)), None)
    kept = [each for each in sections if each in (sound, data)]
    group = [mid for value in values(head, "group") for mid in _bundle(value)]
    bundled = [each.mid for each in kept if each.mid in group]
    lines = ["v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    lines += ["a=ice-lite"] if "ice-lite" in head else []
    lines += [f"a=group:BUNDLE {' '.join(bundled)}"] if bundled else []
    for section in kept:
        lines += _cut(section, sound, _transport(section, head, sections))
    ufrag, password = _credentials(lines)
    rejected = tuple(each for each in sections if each not in kept)
    return Offer(_joined(lines), rejected, bool(group), ufrag, password)


def answer(offer: Offer, sdp: str, announced: str | None) -> str:
    """What the publisher is told: with the rejected sections, and at the announced address."""
    blocks = re.split(r"(?m)^(?=m=)", sdp.replace("\r\n", "\n"))
    head, sections = blocks[0], blocks[1:]
    if not offer.bundled:
        head = re.sub(r"(?m)^a=group:BUNDLE.*\n", "", head)
    for each in offer.rejected:
        sections.insert(each.index, _rejection(each))
    whole = "".join([head, *sections])
    return _joined([_announced(line, announced) for line in whole.split("\n") if line])


def fragment(body: bytes) -> Fragment:
    """Raises BadOffer."""
    lines = [line for line in re.split(r"\r?\n", text(body)) if line]
    if any(not re.match(r"[a-z]=", line) for line in lines):
        raise BadOffer(400, "bad_fragment", "a line of the fragment is none of SDP")
    attributes = [line[2:] for line in lines if line.startswith("a=")]
    found = [_candidate(value) for value in values(attributes, "candidate")[:CANDIDATES]]
    return Fragment(
        tuple(values(attributes, "ice-ufrag")),
        tuple(values(attributes, "ice-pwd")),
        tuple(each for each in found if each),
        "end-of-candidates" in attributes,
    )


def _bundle(group: str) -> list[str]:
    kind, *mids = group.split() or [""]
    return mids if kind == "BUNDLE" else []


def _sound(sections: list[Section]) -> Section:
    """The one section of sound that is sent to us."""
    sounds = [each for each in sections if each.kind == "audio" and _offered(each)]
    if not sounds:
        raise BadOffer(422, "no_audio", "the offer has no audio section that sends")
    if len(sounds) > 1:
        raise BadOffer(422, "two_audio", f"{len(sounds)} audio sections; one is taken")
    if "TLS" not in sounds[0].profile or not _opus(sounds[0]):
        raise BadOffer(422, "no_opus", "the audio is not offered as Opus over DTLS")
    return sounds[0]


def _offered(section: Section) -> bool:
    way = next((line for line in section.lines if line in WAYS), "sendrecv")
    there = section.port != 0 or "bundle-only" in section.lines
    return there and way in ("sendonly", "sendrecv")


def _is_data(section: Section) -> bool:
    there = section.port != 0 or "bundle-only" in section.lines
    return section.kind == "application" and there and "DTLS/SCTP" in section.profile


def _opus(section: Section) -> list[str]:
    found = [OPUS.fullmatch(value) for value in section.values("rtpmap")]
    return [each[1] for each in found if each and each[1] in section.formats.split()]


def _transport(section: Section, head: list[str], sections: list[Section]) -> list[str]:
    """How the section is reached: by what it says, what is said for all, or what the one says that
    it is bundled with."""
    first = next((each.lines for each in sections if each.values("ice-ufrag")), ())
    bundled = () if named([*section.lines, *head], "ice-ufrag") else first
    lines: list[str] = []
    for name in TRANSPORT:
        found = (named(each, name) for each in (section.lines, head, bundled))
        lines += _bounded(next(filter(None, found), []))
    return lines


def _cut(section: Section, sound: Section, transport: list[str]) -> list[str]:
    """The lines of a section that are handed on."""
    payloads = _opus(section) if section is sound else section.formats.split()
    lines = [f"m={section.kind} 9 {section.profile} {' '.join(payloads)}", "c=IN IP4 0.0.0.0"]
    lines += [f"a=mid:{section.mid}"]
    lines += [f"a={line}" for line in transport]
    if section is not sound:
        return lines + [f"a={line}" for name in DATA for line in named(section.lines, name)]
    lines += [f"a=rtpmap:{payload} opus/48000/2" for payload in payloads]
    return [*lines, "a=sendonly", "a=rtcp-mux", *_extension(section)]


def _bounded(lines: list[str]) -> list[str]:
    """Of addresses only those that can be used, and not too many."""
    if not lines or not lines[0].startswith("candidate:"):
        return lines
    found = [_candidate(line.removeprefix("candidate:")) for line in lines[:CANDIDATES]]
    return [f"candidate:{each}" for each in found if each]


def _candidate(value: str) -> str | None:
    """None for one that is not of UDP, and for what is none."""
    bits = value.split()
    if len(bits) < 8 or bits[1] != "1" or bits[2].lower() != "udp" or bits[6] != "typ":
        return None
    numbers = (bits[3], bits[5])
    if not all(each.isascii() and each.isdecimal() and len(each) < 11 for each in numbers):
        return None
    usable = 0 < int(bits[5]) < 1 << 16 and bits[7] in ("host", "srflx", "relay")
    return " ".join(bits[:8]) if usable else None


def _extension(section: Section) -> list[str]:
    found = [re.fullmatch(rf"(\d{{1,3}}) {re.escape(MID)}", v) for v in section.values("extmap")]
    return [f"a=extmap:{each[1]} {MID}" for each in found if each]


def _credentials(lines: list[str]) -> tuple[str, str]:
    attributes = [line[2:] for line in lines if line.startswith("a=")]
    for name in NEEDED:
        if not values(attributes, name):
            raise BadOffer(400, "bad_sdp", f"the offer has no `{name}`")
    return values(attributes, "ice-ufrag")[0], values(attributes, "ice-pwd")[0]


def _rejection(section: Section) -> str:
    lines = [
        f"m={section.kind} 0 {section.profile} {section.formats}",
        "c=IN IP4 0.0.0.0",
        "a=inactive",
        *([f"a=mid:{section.mid}"] if section.values("mid") else []),
    ]
    return "\n".join(lines) + "\n"


def _announced(line: str, address: str | None) -> str:
    """A line of the answer with the announced address for our own, if it is of the same family."""
    if address is None:
        return line
    bits = line.split(" ")
    if line.startswith("a=candidate:") and bits[7:8] == ["host"] and _replaced(bits[4], address):
        return " ".join([*bits[:4], address, *bits[5:]])
    if line.startswith("c=IN") and _replaced(bits[-1], address):
        return " ".join([*bits[:-1], address])
    return line


def _replaced(ours: str, announced: str) -> bool:
    own, other = ipaddress.ip_address(ours), ipaddress.ip_address(announced)
    return own.version == other.version and not own.is_loopback and not own.is_unspecified


def _joined(lines: list[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
