"""The settings file of a server that is started for a run. Pure."""

from typing import Any

import msgspec

from benchmarks.run.settings import Sections, Settings


def own(settings: Settings) -> Sections:
    """What a server of our own is given; the model of the run is its model, if one was named."""
    named: Sections = {"model": {"name": settings.model}} if settings.model else {}
    return {
        section: named.get(section, {}) | settings.serve.get(section, {})
        for section in (named | settings.serve)
    }


def toml(sections: Sections) -> str:
    """The sections as TOML. Values may be text, numbers, truths, and lists of these."""
    blocks = (
        "\n".join([f"[{section}]", *(f"{name} = {_value(v)}" for name, v in fields.items())])
        for section, fields in sections.items()
    )
    return "\n\n".join(blocks) + "\n"


def _value(value: Any) -> str:
    """JSON's way of writing these is TOML's too."""
    return msgspec.json.encode(value).decode()
