"""A server of this project. Hides nothing: its events are the vocabulary of all targets."""

from contextlib import AbstractAsyncContextManager

import captionflow
from captionflow import AudioFormat, Options

from benchmarks.targets.port import Talk


class CaptionFlow:
    """A server of this project, over `stt.v1`."""

    name = "captionflow"

    def __init__(
        self, url: str, language: str, endpoint_ms: int, token: str | None, model: str | None
    ) -> None:
        self._url = url
        self._language = language
        self._options = Options(endpoint_ms=endpoint_ms)
        self._token = token
        self._model = model

    def open(self) -> AbstractAsyncContextManager[Talk]:
        return captionflow.connect(
            self._url,
            audio=AudioFormat(),
            language=self._language,
            model=self._model,
            options=self._options,
            token=self._token,
        )
