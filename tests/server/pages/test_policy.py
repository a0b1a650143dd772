"""What a browser is told of a file."""

import pytest

from server.pages.policy import headers


def rules(name: str, *stores: str) -> dict[str, str]:
    """The content security policy by its directives."""
    text = headers(name, stores)["content-security-policy"]
    return dict(each.split(" ", 1) for each in text.split("; "))


@pytest.mark.parametrize("name", ["speak.html", "viewer.html", "browser/connection.js"])
def test_scripts_and_styles_are_ours_alone(name: str) -> None:
    said = rules(name)
    assert said["default-src"] == said["base-uri"] == said["form-action"] == "'none'"
    assert said["script-src"] == said["style-src"] == said["worker-src"] == "'self'"
    assert "unsafe" not in "".join(said.values())


def test_only_the_viewer_may_be_in_a_frame() -> None:
    assert rules("viewer.html")["frame-ancestors"] == "*"
    assert rules("speak.html")["frame-ancestors"] == "'none'"


def test_the_store_that_takes_uploads_may_be_reached() -> None:
    assert rules("upload.html")["connect-src"] == "'self' ws: wss:"
    allowed = rules("upload.html", "https://store.example:8333")["connect-src"]
    assert allowed == "'self' ws: wss: https://store.example:8333"


def test_modules_are_for_other_sites_too() -> None:
    module, asset = headers("browser/connection.js", ()), headers("assets/base.css", ())
    assert module["access-control-allow-origin"] == "*"
    assert module["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in asset
    assert asset["cross-origin-resource-policy"] == "same-origin"
