"""Client for CaptionFlow servers: audio up, captions down. Knows the wire, not the server."""

from captionflow.errors import ServerError
from captionflow.live import Live, connect
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

__all__ = [
    "AudioAck",
    "AudioFormat",
    "Ended",
    "Error",
    "Event",
    "Final",
    "Flushed",
    "Live",
    "Options",
    "Partial",
    "Pong",
    "Revise",
    "ServerError",
    "SpeechEnd",
    "SpeechStart",
    "Updated",
    "Warning",
    "Welcome",
    "Word",
    "connect",
]
