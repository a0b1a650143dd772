"""Server-sent events, a line at a time (HTML standard, section 9.2). Pure: no connection."""

from msgspec import Struct


class ServerEvent(Struct, frozen=True):
    """id: the last one that was given, by this event or before it; "" when none was."""

    id: str
    data: str


class Events:
    """What the lines of one stream say so far."""

    def __init__(self) -> None:
        self._id = ""
        self._data: list[str] = []

    def feed(self, line: str) -> ServerEvent | None:
        """The event that ends with this line, if one does. The line may have its end on it."""
        name, _, value = line.rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "id" and "\0" not in value:
            self._id = value
        elif not line.strip("\r\n") and self._data:
            event = ServerEvent(self._id, "\n".join(self._data))
            self._data = []
            return event
        return None
