"""The files that browsers may have."""

from pathlib import Path

from server.pages.files import read


def test_pages_assets_and_modules_by_their_names(tmp_path: Path) -> None:
    pages, modules = _checkout(tmp_path)
    files = read(pages, modules)
    assert set(files) == {"speak.html", "assets/base.css", "browser/connection.js"}
    page = files["speak.html"]
    assert (page.body, page.type) == (b"<p>", "text/html")
    assert files["assets/base.css"].type == "text/css"
    assert files["browser/connection.js"].type == "text/javascript"


def test_a_tag_is_of_the_content(tmp_path: Path) -> None:
    pages, modules = _checkout(tmp_path)
    before = read(pages, modules)["speak.html"].tag
    assert read(pages, modules)["speak.html"].tag == before
    (pages / "speak.html").write_text("<p>another")
    assert read(pages, modules)["speak.html"].tag != before


def test_those_of_this_checkout() -> None:
    files = read()
    assert {"assets/base.css", "assets/icon.svg"} <= set(files)
    assert not any(".." in name or name.endswith((".py", ".md")) for name in files)


def _checkout(folder: Path) -> tuple[Path, Path]:
    """Files that are sent, and files of types that are not."""
    pages, modules = folder / "pages", folder / "modules"
    (pages / "assets").mkdir(parents=True)
    modules.mkdir()
    (pages / "speak.html").write_text("<p>")
    (pages / "serving.py").write_text("")
    (pages / "README.md").write_text("")
    (pages / "assets" / "base.css").write_text("")
    (pages / "assets" / "base.css.orig").write_text("")
    (modules / "connection.js").write_text("")
    (modules / "README.md").write_text("")
    return pages, modules
