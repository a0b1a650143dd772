"""Models of Whisper's shapes with random weights: as fast as the real ones, and as good as noise.

Written by CTranslate2's own description of Whisper, so nothing has to be downloaded or converted.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs.whisper_spec import WhisperSpec
from msgspec import Struct
from numpy.typing import NDArray

POSITIONS = (1500, 448)  # of encoder and decoder
DEVIATION = 0.02  # of the weights: small enough that float16 never overflows
BLOCK = 1 << 20  # random numbers that all weights are cut from


class Shape(Struct, frozen=True):
    """The sizes that decide what a pass costs (Radford et al. 2022, table 1; the model cards)."""

    encoder_layers: int
    decoder_layers: int
    width: int
    heads: int
    mels: int = 80
    vocabulary: int = 51_865


SHAPES = {
    "tiny": Shape(4, 4, 384, 6),
    "base": Shape(6, 6, 512, 8),
    "small": Shape(12, 12, 768, 12),
    "medium": Shape(24, 24, 1024, 16),
    "large-v3": Shape(32, 32, 1280, 20, mels=128, vocabulary=51_866),
    "large-v3-turbo": Shape(32, 4, 1280, 20, mels=128, vocabulary=51_866),
}

SPECIAL = (
    ("<|endoftext|>", "<|startoftranscript|>", "<|en|>"),
    ("<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>"),
    ("<|nospeech|>", "<|notimestamps|>"),
)
STAMPS = 1501  # of times, every 0.02 s


def build(shape: Shape, folder: Path, seed: int = 0) -> Path:
    """Writes a whole model of the shape into the folder, which it gives back. float16, 2 bytes a
    weight: 1.6 GB for large-v3-turbo."""
    spec = WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    numbers = np.random.default_rng(seed).standard_normal(BLOCK).astype(np.float16)
    _fill(spec, shape, numbers * np.float16(DEVIATION))
    spec.register_vocabulary(_vocabulary(shape.vocabulary))
    last = shape.decoder_layers - 1
    spec.config.alignment_heads = [[last, head] for head in range(min(shape.heads, 6))]
    spec.config.lang_ids = [_vocabulary(shape.vocabulary).index("<|en|>")]
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], []
    spec.validate()
    # The real models share these too.
    spec.decoder.projection.weight = "decoder/embeddings/weight"
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    return folder


def _fill(spec: Any, shape: Shape, numbers: NDArray[np.float16]) -> None:
    def weights(*size: int) -> NDArray[np.float16]:
        return np.resize(numbers, size)

    width, wide = shape.width, 4 * shape.width
    encoder, decoder = spec.encoder, spec.decoder
    _linear(encoder.conv1, weights(width, shape.mels, 3))
    _linear(encoder.conv2, weights(width, width, 3))
    decoder.embeddings.weight = weights(shape.vocabulary, width)
    decoder.projection.weight = decoder.embeddings.weight
    for side, positions in zip((encoder, decoder), POSITIONS, strict=True):
        side.position_encodings.encodings = weights(positions, width)
        _norm(side.layer_norm, width)
        for layer in side.layer:
            _attention(layer.self_attention, (3 * width, width), weights, width)
            _linear(layer.ffn.linear_0, weights(wide, width))
            _linear(layer.ffn.linear_1, weights(width, wide))
            _norm(layer.ffn.layer_norm, width)
    for layer in decoder.layer:
        _attention(layer.attention, (width, 2 * width, width), weights, width)


def _attention(
    spec: Any, rows: tuple[int, ...], weights: Callable[..., NDArray[np.float16]], width: int
) -> None:
    """Queries, keys and values are one product where they come of one input."""
    for linear, count in zip(spec.linear, rows, strict=True):
        _linear(linear, weights(count, width))
    _norm(spec.layer_norm, width)


def _linear(spec: Any, weight: NDArray[np.float16]) -> None:
    spec.weight = weight
    spec.bias = np.zeros(len(weight), np.float16)


def _norm(spec: Any, width: int) -> None:
    spec.gamma, spec.beta = np.ones(width, np.float16), np.zeros(width, np.float16)


def _vocabulary(size: int) -> list[str]:
    """Words without meaning, then the tokens that the decoder knows by their names."""
    special = [token for group in SPECIAL for token in group]
    stamps = [f"<|{number * 0.02:.2f}|>" for number in range(STAMPS)]
    words = size - len(special) - len(stamps)
    return [*(f"w{number}" for number in range(words)), *special, *stamps]
