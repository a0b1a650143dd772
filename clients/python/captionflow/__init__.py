"""Client for CaptionFlow servers: audio up, captions down. Knows the wire, not the server."""

from captionflow.async_batch import AsyncBatch
from captionflow.batch import Batch, Segment, Transcript, Uploading, Working
from captionflow.errors import ServerError
from captionflow.live import Live, connect
from captionflow.notices import Notice, Reconnecting, Resumed
from captionflow.protocol import (
    AudioAck,
    AudioFormat,
    Ended,
    Error,
    Event,
    Final,
    Flushed,
    Options,
    Partial,
    Pong,
    Revise,
    SpeechEnd,
    SpeechStart,
    Updated,
    Warning,
    Welcome,
    Word,
)
from captionflow.sync_live import SyncLive, connect_sync

__all__ = [
    "AsyncBatch",
    "AudioAck",
    "AudioFormat",
    "Batch",
    "Ended",
    "Error",
    "Event",
    "Final",
    "Flushed",
    "Live",
    "Notice",
    "Options",
    "Partial",
    "Pong",
    "Reconnecting",
    "Resumed",
    "Revise",
    "Segment",
    "ServerError",
    "SpeechEnd",
    "SpeechStart",
    "SyncLive",
    "Transcript",
    "Updated",
    "Uploading",
    "Warning",
    "Welcome",
    "Word",
    "Working",
    "connect",
    "connect_sync",
]
