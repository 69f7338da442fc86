"""The old application: uvicorn app:app."""

from auth import AuthError, create_session, create_tokens, decode, login, one, owner_of_api_key, revoke, session_of
from fastapi import Cookie, FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

app = FastAPI()


class Credentials(BaseModel):
    email: str
    password: str
    code: str | None = None


class Tokens(BaseModel):
    access_token: str | None = None
    refresh_token: str


@app.exception_handler(AuthError)
def refused(request: Request, error: AuthError):
    return JSONResponse({"detail": str(error)}, 401)


@app.post("/login")
def post_login(credentials: Credentials, response: Response):
    user = login(credentials.email, credentials.password, credentials.code)
    response.set_cookie("session", create_session(user), httponly=True)
    return create_tokens(user)


@app.post("/refresh")
def post_refresh(tokens: Tokens):
    claims = decode(tokens.refresh_token, "refresh")
    revoke(tokens.refresh_token, "refresh")
    return create_tokens(one("SELECT * FROM users WHERE id = %s AND is_active", int(claims["sub"])))


@app.post("/logout")
def post_logout(tokens: Tokens):
    revoke(tokens.refresh_token, "refresh")
    if tokens.access_token:
        revoke(tokens.access_token, "access")
    return {}


@app.get("/tasks")
def get_tasks(
    authorization: str | None = Header(None), x_api_key: str | None = Header(None), session: str | None = Cookie(None)
):
    if x_api_key:
        return {"owner": str(owner_of_api_key(x_api_key)["id"])}
    if authorization:
        return {"owner": decode(authorization.removeprefix("Bearer "))["sub"]}
    if session:
        return {"owner": str(session_of(session)["user_id"])}
    raise AuthError("nobody is logged in")
