"""Query parameters that a route does not know are errors. Their values are its own business."""

from collections.abc import Callable
from typing import Any

from litestar import Request

from server.routes.problems import Problem


def only(*names: str) -> Callable[[Request[Any, Any, Any]], None]:
    """A `before_request` of a route: raises Problem for any parameter that is none of these."""

    def check(request: Request[Any, Any, Any]) -> None:
        if unknown := sorted(set(request.query_params) - set(names)):
            raise Problem(400, "unknown_parameter", _unknown(unknown[0]), parameter=unknown[0])

    def _unknown(name: str) -> str:
        known = f"there are {', '.join(names)}" if names else "there are none"
        return f"unknown parameter {name[:100]!r}; {known}"

    return check
