"""Why a session is not begun or gone on with here, as exceptions. Decides nothing."""


class Full(Exception):
    """No room for another session now; `retry_after` in seconds."""

    retry_after = 5


class Unknown(Exception):
    """No such session, not this token, or too late to go on with it."""


class Elsewhere(Exception):
    """Another server has the session, or had it a moment ago; `retry_after` in seconds."""

    retry_after = 1
