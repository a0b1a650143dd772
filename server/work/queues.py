"""Which queue a model's jobs wait in: by the size in its name. Pure, and loads no model."""

import re

from storage.records import Queue

SIZES: dict[str, Queue] = {
    "tiny": "small",
    "base": "small",
    "small": "small",
    "medium": "medium",
    "large": "large",
    "turbo": "large",
}
"""Turbo is a large one with fewer decoder layers: its memory is what a machine must have."""


def queue_of(model: str) -> Queue:
    """By the last word of a known size in the model's name, or in its folder's.

    A model of unknown size is taken for a small one: its server was told to load it.
    """
    words = re.split(r"[^a-z]+", model.rstrip("/").rpartition("/")[2].lower())
    sizes = [SIZES[word] for word in words if word in SIZES]
    return sizes[-1] if sizes else "small"
