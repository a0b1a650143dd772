"""The header `Idempotency-Key`, as draft-ietf-httpapi-idempotency-key-header has it. Pure."""

import re

from server.routes.problems import Problem

KEY = re.compile(r"[!-~]{1,200}", re.ASCII)


def idempotent(header: str | None) -> str | None:
    """The key, without the quotes it may have. Raises Problem for what is none."""
    if header is None:
        return None
    key = header[1:-1] if len(header) > 2 and header[0] == header[-1] == '"' else header
    if not KEY.fullmatch(key):
        detail = "idempotency-key: 1 to 200 printable ASCII characters without spaces"
        raise Problem(400, "invalid", detail, field="idempotency-key")
    return key
