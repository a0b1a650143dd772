"""How a route finds the parts of the server and the session that its path names."""

from litestar.datastructures import State

from server.live.registry import Registry
from server.parts import OWNER, Parts
from server.routes.problems import Problem
from storage.errors import Missing
from storage.open import Tables
from storage.records import Session


def registry_of(state: State) -> Registry:
    registry: Registry = state.registry
    return registry


def parts_of(state: State) -> Parts:
    return registry_of(state).parts


async def found(tables: Tables, id: str) -> Session:
    """Raises Problem, the same for a foreign session as for none."""
    session = await tables.sessions.get(OWNER, id)
    if session is None:
        raise none()
    return session


async def locked(tables: Tables, id: str) -> Session:
    """As `found`, and nobody else changes the session until `together` is over."""
    try:
        return await tables.sessions.update(OWNER, id)
    except Missing:
        raise none() from None


def none() -> Problem:
    return Problem(404, "not_found", "no such session")
