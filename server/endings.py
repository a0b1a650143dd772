"""How a conversation ends: the close code, the words, the name it is counted under. Pure."""

from server.protocols.native import render
from server.protocols.native.messages import BadMessage

MAX_REASON = 120  # bytes of the reason in a close frame, which may have 123
AGAIN = 5  # seconds after which a client may come back for a database


class Over(Exception):
    """The conversation ends here.

    close, reason: of the close frame. why: a short name, for logs and counts. error: the message
    said before, if any.
    """

    def __init__(self, close: int, why: str, reason: str, error: bytes | None = None) -> None:
        super().__init__(reason)
        self.close = close
        self.why = why
        self.reason = reason.encode()[:MAX_REASON].decode(errors="ignore")
        self.error = error


class Gone(Exception):
    """The client closed the connection or vanished."""


def refused(bad: BadMessage) -> Over:
    """A bad message as an end; the reason of a close frame is short, so the error says it too."""
    return Over(bad.close, bad.code, str(bad), render.error(bad.code, str(bad)))


def idle(seconds: float) -> Over:
    return refused(BadMessage(f"no audio and no message for {seconds:g} s", 4408, "idle"))


def unread() -> Over:
    return refused(BadMessage("messages were not read", 4429, "backlog"))


def full(retry_after: int) -> Over:
    error = render.error("overloaded", "no room for another session", retry_after)
    return Over(1013, "overloaded", "overloaded", error)


def unkept() -> Over:
    """The session could not be stored, so it was not begun."""
    error = render.error("storage_unavailable", "cannot keep a session now", AGAIN)
    return Over(1013, "storage", "storage unavailable", error)


def failed(what: str) -> Over:
    """Something of ours broke; the log has it."""
    return Over(1011, "failed", "failed", render.error("internal", f"the {what} failed"))


def of(why: str) -> Over:
    """The end that follows from why the session is over."""
    match why:
        case "ended":
            return Over(1000, why, "done")
        case "server_stopped":
            return Over(1012, why, "the server stops")
        case _:
            return failed("session")


def why(ended: BaseException) -> str:
    """Why a session is over whose conversation ended like this."""
    match ended:
        case Over():
            return ended.why
        case Gone():
            return "client_gone"
        case _:
            return "failed"
