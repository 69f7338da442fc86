"""The API: an access token in ``Authorization``, or an API key that a gateway has verified."""

# No postponed annotations: FastAPI cannot resolve those of a callable object.

import asyncio
from typing import Annotated, Any

from bulwark_revocation.bearer import AsyncGuard, Claims, Refusal, require_scopes
from bulwark_revocation.fastapi import BearerToken
from fastapi import APIRouter, HTTPException, Request, Security
from fastapi.security import SecurityScopes
from pydantic import BaseModel, ConfigDict, Field, field_validator

from .gateway import caller_of_key
from .settings import Settings
from .tasks import Task, TaskStore

_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No token, or one that must not be accepted (RFC 6750)"},
    403: {"description": "The token lacks the scope"},
    503: {"description": "Nobody can tell just now whether the token is good: keep it and try again"},
}


class NewTask(BaseModel):
    """A task to add."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: str = Field(max_length=200)

    @field_validator("title")
    @classmethod
    def _says_something(cls, title: str) -> str:
        if not title.strip():
            raise ValueError("must not be blank")
        return title.strip()


class Owner(BaseModel):
    """How many tasks an owner has."""

    owner: str
    tasks: int


class Caller(BearerToken):
    """Who asks. Where a gateway has verified a key, that alone decides."""

    def __init__(self, guard: AsyncGuard, settings: Settings) -> None:
        super().__init__(guard, openid_connect_url=settings.issuer + "/.well-known/openid-configuration")
        self._gateways = settings.gateways

    async def __call__(  # type: ignore[override]
        self, request: Request, security_scopes: SecurityScopes
    ) -> Any:
        """The claims; raises ``HTTPException``."""
        claims = caller_of_key(request, self._gateways)
        if claims is None:
            return await super().__call__(request, security_scopes)
        try:
            require_scopes(claims, security_scopes.scopes)
        except Refusal as refusal:
            raise HTTPException(refusal.status, refusal.description, refusal.headers) from refusal
        return claims


def api(caller: Caller, tasks: TaskStore) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api", responses=_ANSWERS)

    @router.get("/tasks", summary="The caller's tasks")
    async def read(claims: Annotated[Claims, Security(caller, scopes=["tasks:read"])]) -> list[Task]:
        return await asyncio.to_thread(tasks.of, claims["sub"])

    @router.post("/tasks", summary="Adds a task", status_code=201)
    async def add(claims: Annotated[Claims, Security(caller, scopes=["tasks:write"])], task: NewTask) -> Task:
        return await asyncio.to_thread(tasks.add, claims["sub"], task.title)

    @router.get("/admin/users", summary="Who has how many tasks")
    async def users(claims: Annotated[Claims, Security(caller, scopes=["admin"])]) -> list[Owner]:
        found = await asyncio.to_thread(tasks.owners)
        return [Owner(owner=owner, tasks=count) for owner, count in found.items()]

    return router
