"""What can go wrong here, in words of our own, so that nobody above imports a driver."""


class StorageError(Exception):
    """The root of all the others."""


class Missing(StorageError):
    """No such session or object."""


class Taken(StorageError):
    """There is a session with this id already."""


class Conflict(StorageError):
    """Somebody else has changed it, or used the key for something else, meanwhile."""


class Expired(StorageError):
    """The editing window is over, or has not begun."""


class BadCursor(StorageError):
    """Not a cursor that a page of ours ended with."""


class BadKey(StorageError):
    """Not a name that an object may have."""


class TooLarge(StorageError):
    """More bytes came than were allowed."""


class Unavailable(StorageError):
    """Database or object store cannot be reached, or did not answer in time; later it may."""


class Unusable(StorageError):
    """The embedded database cannot be started here; the message says what to change."""
