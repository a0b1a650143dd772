"""Which file answers which path."""

import pytest

from server.pages.paths import file_of


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "speak.html"),
        ("/sessions", "sessions.html"),
        ("/sessions/", "sessions.html"),
        ("/sessions/01JF5", "session.html"),
        ("/sessions/01JF5/", "session.html"),
        ("/upload", "upload.html"),
        ("/assets/base.css", "assets/base.css"),
        ("/browser/deep/connection.js", "browser/deep/connection.js"),
        ("/assets/../paths.py", "assets/../paths.py"),  # no file has such a name: see test_files
    ],
)
def test_a_path_has_its_file(path: str, name: str) -> None:
    assert file_of(path) == name


@pytest.mark.parametrize(
    "path",
    ["/sessions/01JF5/x", "/session", "/assets", "/assets/", "/other/base.css", "/speak.html"],
)
def test_a_path_that_is_no_page(path: str) -> None:
    assert file_of(path) is None
