"""The pages: what a person with a browser sees."""

# No postponed annotations: FastAPI reads those of the routes.

import asyncio
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from bulwark_revocation.bearer import Refusal
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.exceptions import HTTPException

from .keycloak import BACKCHANNEL, CALLBACK, CannotVerify, InvalidToken, Keycloak, LoginFailed
from .sessions import Session
from .settings import Settings
from .tasks import TaskStore
from .texts import language_of, texts_of

_MOST_BYTES = 20_000
_TITLE = 200


class Pages:
    """All pages. They know a session, and no token in a header."""

    def __init__(self, settings: Settings, keycloak: Keycloak, tasks: TaskStore) -> None:
        self._settings = settings
        self._keycloak = keycloak
        self._tasks = tasks
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
        )

    def add_to(self, app: FastAPI) -> None:
        """Adds the routes."""
        hidden: dict[str, Any] = {"include_in_schema": False, "response_class": HTMLResponse}
        app.get("/", **hidden)(self.home)
        app.get("/login", **hidden)(self.login)
        app.get(CALLBACK, **hidden)(self.callback)
        app.get("/tasks", **hidden)(self.tasks)
        app.post("/tasks", **hidden)(self.add)
        app.post("/tasks/{task}/done", **hidden)(self.finish)
        app.post("/tasks/{task}/delete", **hidden)(self.delete)
        app.post("/logout", **hidden)(self.logout)
        app.post(BACKCHANNEL, **hidden)(self.back_channel)

        async def docs(request: Request) -> Response:
            return self._page(request, "docs.html", operations=_operations(app.openapi()))

        app.get("/docs", **hidden)(docs)
        app.add_exception_handler(HTTPException, self._failed)
        app.add_exception_handler(Refusal, self._refused)

    async def home(self, request: Request) -> Response:
        """The first page; somebody who is logged in goes on."""
        if "user" in request.session and not request.query_params:
            return _to("/tasks")
        return self._page(
            request,
            "home.html",
            ended="ended" in request.query_params,
            failed="failed" in request.query_params,
        )

    async def login(self, request: Request) -> Response:
        """Begins a login, or a registration."""
        response: Response = await self._keycloak.begin(request, "register" in request.query_params)
        return response

    async def callback(self, request: Request) -> Response:
        """Ends a login."""
        try:
            await self._keycloak.finish(request)
        except LoginFailed:
            return _to("/?failed")
        return _to("/tasks")

    async def tasks(self, request: Request) -> Response:
        """The tasks of who is logged in."""
        if "user" not in request.session:
            return _to("/login")
        session = await self._honored(request)
        return await self._list(request, session)

    async def add(self, request: Request) -> Response:
        """Adds a task."""
        session, form = await self._posted(request)
        typed = form.get("title", "")
        title = typed.strip()
        if not 1 <= len(title) <= _TITLE:
            return await self._list(request, session, rejected=typed)
        await asyncio.to_thread(self._tasks.add, session["user"], title)
        return _to("/tasks")

    async def finish(self, request: Request, task: int) -> Response:
        """Marks a task as done, or as not done."""
        session, form = await self._posted(request)
        await asyncio.to_thread(self._tasks.finish, session["user"], task, form.get("done") == "true")
        return _to("/tasks")

    async def delete(self, request: Request, task: int) -> Response:
        """Deletes a task."""
        session, _ = await self._posted(request)
        await asyncio.to_thread(self._tasks.delete, session["user"], task)
        return _to("/tasks")

    async def logout(self, request: Request) -> Response:
        """Ends the session here, and the browser ends it at Keycloak."""
        session: Session = request.session  # type: ignore[assignment]
        await _require_csrf(request, session)
        id_token = session["id_token"]
        session.clear()
        return _to(self._keycloak.logout_url(id_token))

    async def back_channel(self, request: Request) -> Response:
        """OpenID Connect back-channel logout 1.0: Keycloak tells of an ended session."""
        token = (await _form(request)).get("logout_token", "")
        try:
            await self._keycloak.logged_out(token)
        except InvalidToken as problem:
            return JSONResponse({"error": "invalid_request", "error_description": str(problem)}, 400)
        except CannotVerify:
            return Response(status_code=503)
        return Response(status_code=200)

    def unavailable(self, request: Request) -> Response:
        """Where neither sessions nor revoked tokens can be looked up."""
        return self._page(request, "error.html", 503, {"Retry-After": "5"}, reason="503")

    async def _honored(self, request: Request) -> Session:
        """The session, if Keycloak still honors the login behind it; raises :class:`Refusal`."""
        session: Session = request.session  # type: ignore[assignment]
        if "user" not in session:
            raise Refusal(401, "Nobody is logged in", "invalid_token")
        await self._keycloak.require_honored(session)
        return session

    async def _posted(self, request: Request) -> tuple[Session, dict[str, str]]:
        session: Session = request.session  # type: ignore[assignment]
        form = await _require_csrf(request, session)
        return await self._honored(request), form

    async def _list(self, request: Request, session: Session, *, rejected: str | None = None) -> Response:
        """The page of the tasks; with a text that was typed and cannot be a task, if there is one."""
        return self._page(
            request,
            "tasks.html",
            200 if rejected is None else 400,
            name=session["name"],
            csrf=session["csrf"],
            tasks=await asyncio.to_thread(self._tasks.of, session["user"]),
            rejected=rejected,
            account=self._settings.issuer + "/account",
            devices=self._settings.issuer + "/account/account-security/device-activity",
        )

    def _page(
        self, request: Request, template: str, status: int = 200, headers: dict[str, str] | None = None, **more: Any
    ) -> Response:
        language = language_of(request.headers.get("Accept-Language", ""))
        html = self._templates.get_template(template).render(t=texts_of(language), language=language, **more)
        return HTMLResponse(html, status, headers)

    async def _refused(self, request: Request, problem: Exception) -> Response:
        """A login that Keycloak has ended, or that nobody can check."""
        if isinstance(problem, Refusal) and problem.status == 503:
            return self.unavailable(request)
        request.session.clear()
        return _to("/?ended")

    async def _failed(self, request: Request, problem: Exception) -> Response:
        """For programs as JSON, for people as a page."""
        assert isinstance(problem, HTTPException)
        if request.url.path.startswith("/api/"):
            return JSONResponse({"detail": problem.detail}, problem.status_code, problem.headers)
        reason = str(problem.status_code) if problem.status_code in (403, 404) else "other"
        headers = dict(problem.headers) if problem.headers else None
        return self._page(request, "error.html", problem.status_code, headers, reason=reason)


async def _require_csrf(request: Request, session: Session) -> dict[str, str]:
    """The form, if it comes from a page of this application: 403 otherwise."""
    form = await _form(request)
    csrf = session.get("csrf", "")
    if not csrf or not secrets.compare_digest(form.get("csrf", "").encode(), csrf.encode()):
        raise HTTPException(403)
    return form


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise HTTPException(413)
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise HTTPException(400) from None
    return {name: values[0] for name, values in fields.items()}


def _to(path: str, **query: str) -> Response:
    return RedirectResponse(path + ("?" + urlencode(query) if query else ""), 303)


def _operations(document: dict[str, Any]) -> list[dict[str, str]]:
    """What the page of the API shows of its OpenAPI document."""
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            scopes = [scope for entry in operation.get("security", []) for names in entry.values() for scope in names]
            found.append(
                {
                    "request": f"{method.upper()} {path}",
                    "summary": operation.get("summary", ""),
                    "scope": " ".join(scopes),
                }
            )
    return found
