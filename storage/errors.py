"""What can go wrong here, in words of our own, so that nobody above imports a driver."""


class StorageError(Exception):
    """The root of all the others."""


class Missing(StorageError):
    """No such session or object."""


class Taken(StorageError):
    """There is a session with this id already."""


class BadCursor(StorageError):
    """Not a cursor that a page of ours ended with."""


class BadKey(StorageError):
    """Not a name that an object may have."""


class Unavailable(StorageError):
    """The database cannot be reached, or did not answer in time; later it may."""


class Unusable(StorageError):
    """The embedded database cannot be started here; the message says what to change."""
