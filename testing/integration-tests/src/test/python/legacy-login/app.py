"""An application whose hashes stay where they are. Its endpoint for Keycloak is the one of docs/move/without-hashes.md, in endpoint.py."""

import asyncio
import os
from types import SimpleNamespace

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from passlib.context import CryptContext

pwd_context = CryptContext(schemes=["pbkdf2_sha256"], pbkdf2_sha256__rounds=1000)
hashes = {}
asked = []
answers = {"mode": "normal"}
app = FastAPI()


def find_user(login):
    return SimpleNamespace(hashed_password=hashes[login]) if login in hashes else None


@app.middleware("http")
async def behave(request: Request, call_next):
    if request.url.path != "/internal/check-password":
        return await call_next(request)
    asked.append((await request.json())["username"])
    match answers["mode"]:
        case "slow":
            await asyncio.sleep(60)
        case "hold":
            while answers["mode"] == "hold":
                await asyncio.sleep(0.02)
        case "steady":
            await asyncio.sleep(0.4)
        case "redirect":
            return RedirectResponse("/elsewhere", status_code=307)
        case "garbage":
            return HTMLResponse("<p>Under maintenance</p>")
        case "error":
            return HTMLResponse("Internal Server Error", status_code=500)
    return await call_next(request)


@app.post("/elsewhere")
def elsewhere():
    asked.append("elsewhere")
    return {"valid": True}


@app.put("/test/mode/{mode}")
def set_mode(mode: str):
    answers["mode"] = mode


@app.put("/test/users/{login}/{password}")
def add_user(login: str, password: str):
    hashes[login] = pwd_context.hash(password)


@app.get("/test/asked/{login}")
def count(login: str):
    return {"count": asked.count(login)}


with open(os.environ["ENDPOINT"]) as code:
    exec(code.read())
