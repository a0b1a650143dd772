"""How a conversation ends: the close code, the words, the name it is counted under. Pure."""

from server.protocols.native import render
from server.protocols.native.messages import BadMessage

MAX_REASON = 120  # bytes of the reason in a close frame, which may have 123
STAYS = {4400, 4401, 4403}  # the client has made a mistake, and would make it again
BACKLOG = "backlog"
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
    return refused(BadMessage("messages were not read", 4429, BACKLOG))


def full(retry_after: int) -> Over:
    error = render.error("overloaded", "no room for another session", retry_after)
    return Over(1013, "overloaded", "overloaded", error)


def unkept() -> Over:
    """The session could not be stored, so it was not begun."""
    error = render.error("storage_unavailable", "cannot keep a session now", AGAIN)
    return Over(1013, "storage", "storage unavailable", error)


def unknown() -> Over:
    """No such session, or the wrong token for it: nobody is told which."""
    return refused(BadMessage("unknown session", 4404, "unknown_session"))


def unheard() -> Over:
    """What the client says that it has cannot be gone on from."""
    return refused(BadMessage("events after that number are not kept", 4404, "unknown_session"))


def elsewhere(retry_after: int) -> Over:
    """Another server has the session; the next attempt may find that one."""
    error = render.error("elsewhere", "another server has this session", retry_after)
    return Over(1012, "elsewhere", "another server has this session", error)


def superseded() -> Over:
    return refused(BadMessage("another connection has taken the session", 4409, "taken_over"))


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
        case "unsaved":
            error = render.error("storage_full", "what is left cannot be kept now", AGAIN)
            return Over(1012, why, "the disk is full", error)
        case "taken_away":
            return elsewhere(1)
        case "client_gone" | "erased":
            return unknown()
        case _:
            return failed("session")


def may_return(ended: BaseException) -> bool:
    """Whether the session waits for another connection of its client."""
    if isinstance(ended, Over):
        return ended.close not in STAYS and ended.why != BACKLOG
    return True


def why(ended: BaseException) -> str:
    """Why a session is over whose conversation ended like this."""
    match ended:
        case Over():
            return ended.why
        case Gone():
            return "client_gone"
        case _:
            return "failed"
