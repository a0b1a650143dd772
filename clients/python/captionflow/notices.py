"""What happens to the connection of a session, for programs that ask for it. Values only."""

from msgspec import Struct


class Reconnecting(Struct, frozen=True, tag="reconnecting"):
    """The connection is gone; the session goes on with another one, if there is one to be had.

    code, message: why, as of a `ServerError`. attempt: counts from 1.
    """

    code: str
    message: str
    attempt: int


class Resumed(Struct, frozen=True, tag="resumed"):
    """The session goes on. lost: seconds of audio that the server will never have.

    anew: the server had lost the session, and another one goes on in its place.
    """

    session: str
    lost: float
    anew: bool


Notice = Reconnecting | Resumed
