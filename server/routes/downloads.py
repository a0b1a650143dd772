"""Addresses that give one artifact once, to whoever holds them. Thin: keep a hash, stream."""

import secrets
from datetime import UTC, datetime, timedelta

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from msgspec import Struct

from server.editing import decisions
from server.editing.requests import DownloadWish
from server.editing.tokens import SIZE, digest, filename, token
from server.routes.lookup import found, parts_of
from server.routes.parameters import only
from server.routes.problems import Problem, answers
from storage.records import Artifact, Download
from storage.s3.signing import attachment

GOOD_FOR = timedelta(minutes=5)

PRIVATE = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Address(Struct, frozen=True, kw_only=True):
    """url: works once, until `expires_at`. The rest is of the artifact."""

    url: str
    expires_at: datetime
    artifact: str
    content_type: str
    bytes: int
    sha256: str


@post(
    "/v1/sessions/{session_id:str}/downloads",
    before_request=only(),
    responses=answers(404, 410, 422),
)
async def create(
    session_id: FromPath[str],
    data: JSONBody[DownloadWish],
    state: State,
    request: Request[object, object, State],
) -> Address:
    """An artifact is what was delivered; what the segments say now is an export."""
    parts, now = parts_of(state), datetime.now(UTC)
    artifact = await _artifact(state, session_id, data.artifact)
    secret, until = token(secrets.token_bytes(SIZE)), now + GOOD_FOR
    download = Download(
        digest=digest(secret), session=session_id, artifact=artifact.name, expires_at=until
    )
    await parts.storage.downloads.add(download, now)
    base = (parts.settings.server.public_url or str(request.base_url)).rstrip("/")
    return Address(
        url=f"{base}/v1/downloads/{secret}",
        expires_at=until,
        artifact=artifact.name,
        content_type=artifact.content_type,
        bytes=artifact.bytes,
        sha256=artifact.sha256,
    )


@get("/v1/downloads/{secret:str}", before_request=only(), responses=answers(404))
async def fetch(secret: FromPath[str], state: State) -> Stream:
    """The whole artifact, and no second time. Through us also where the store could sign."""
    storage = parts_of(state).storage
    artifact = await storage.downloads.take(digest(secret), datetime.now(UTC))
    if artifact is None or await storage.objects.stat(artifact.key) is None:
        raise Problem(404, "not_found", "no such download, or not any more")
    name = filename(artifact.session, artifact.name)
    headers = {
        **PRIVATE,
        "content-disposition": attachment(name),
        "content-length": str(artifact.bytes),
        "etag": f'"{artifact.sha256}"',
    }
    pieces = storage.objects.open(artifact.key)
    return Stream(pieces, headers=headers, media_type=artifact.content_type)


async def _artifact(state: State, session_id: str, name: str) -> Artifact:
    storage = parts_of(state).storage
    session = await found(storage, session_id)
    artifacts = {each.name: each for each in await storage.artifacts.list(session.id)}
    if name in artifacts:
        return artifacts[name]
    is_recording = name == "recording"
    if decisions.recording_gone(session) if is_recording else decisions.transcript_gone(session):
        raise decisions.gone("recording" if is_recording else "transcript")
    there = ", ".join(artifacts) or "none"
    raise Problem(404, "no_artifact", f"no artifact {name!r}; there are: {there}")


ROUTES = (create, fetch)
