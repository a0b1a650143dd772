"""The one exception of this package, and what closes mean. Pure: raises nothing itself."""

CLOSES: dict[int, tuple[str, str]] = {
    1001: ("going_away", "the server is going away"),
    1006: ("lost", "the connection was lost before the session had ended"),
    1011: ("internal", "the server failed"),
    1012: ("restarting", "the server is restarting"),
    1013: ("overloaded", "the server has no capacity now"),
    4400: ("bad_message", "the server did not understand a message"),
    4401: ("unauthorized", "the server wants a valid token"),
    4403: ("forbidden", "the token does not allow this"),
    4404: ("unknown_session", "the session is unknown or has expired"),
    4408: ("idle", "the server closed an idle session"),
    4409: ("taken_over", "a newer connection took the session over"),
    4410: ("gap", "the audio had a gap, or ended elsewhere than announced"),
    4429: ("too_far_ahead", "audio came faster than allowed, or a quota is used up"),
}


class ServerError(Exception):
    """The server refused, failed, ended early, or could not be reached.

    code: a short name, stable enough to branch on ("overloaded", "unreachable", ...).
    message: a sentence for people.
    retry_after: seconds to wait before another attempt; None when the server gave none.
    close: the code that the connection was closed with; None when it was never open.
    """

    def __init__(
        self,
        code: str,
        message: str,
        retry_after: float | None = None,
        close: int | None = None,
    ) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.close = close


def from_close(code: int, reason: str) -> ServerError:
    """What a close before `ended` means; the server's own reason is kept when it gave one."""
    name, meaning = CLOSES.get(code, (f"closed_{code}", f"the server closed with code {code}"))
    return ServerError(name, f"{meaning}: {reason}" if reason else meaning, close=code)
