"""Which file answers which path. Pure; whether there is such a file is known by files.py."""

PAGES = {"/": "speak.html", "/sessions": "sessions.html", "/upload": "upload.html"}
SESSION = "session.html"
VIEWER = "viewer.html"
FOLDERS = ("assets", "browser")


def file_of(path: str) -> str | None:
    """The name of a file for the path of a request, slash and all; None: no page of ours."""
    if page := PAGES.get(path.rstrip("/") or "/"):
        return page
    first, _, rest = path.removeprefix("/").partition("/")
    match first, rest.rstrip("/"):
        case "sessions", id if id and "/" not in id:
            return SESSION
        case folder, name if name and folder in FOLDERS:
            return f"{folder}/{name}"
    return None
