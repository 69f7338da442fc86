"""Authentication of an application, as a team writes it: passlib, PyJWT, pyotp, PostgreSQL and Redis."""

import hashlib
import json
import os
import secrets
import time
import uuid

import jwt
import psycopg2
import psycopg2.extras
import pyotp
from itsdangerous import BadSignature, Signer
from passlib.context import CryptContext
from redis import Redis

SECRET_KEY = os.environ["JWT_SECRET"]
ACCESS_TOKEN_MINUTES = 15
REFRESH_TOKEN_DAYS = 30
SCOPES = {"user": ["tasks:read", "tasks:write"], "admin": ["tasks:read", "tasks:write", "admin"]}

pwd_context = CryptContext(
    schemes=["argon2", "bcrypt"],
    deprecated=["bcrypt"],
    argon2__type="ID",
    argon2__memory_cost=65536,
    argon2__time_cost=3,
    argon2__parallelism=4,
)
redis = Redis.from_url(os.environ["OLD_REDIS"], decode_responses=True)
signer = Signer(SECRET_KEY, salt="session")
db = psycopg2.connect(os.environ["OLD_DATABASE"], cursor_factory=psycopg2.extras.RealDictCursor)
db.autocommit = True


class AuthError(Exception):
    """The login, token or key is refused."""


def query(sql, *values):
    with db.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def one(sql, *values):
    rows = query(sql, *values)
    return rows[0] if rows else None


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


# Users


def register(email, name, password, **columns):
    row = {"email": email, "name": name, **columns}
    if password is not None:
        row["hashed_password"] = pwd_context.hash(password)
    names = ", ".join(row)
    places = ", ".join(["%s"] * len(row))
    return one(f"INSERT INTO users ({names}) VALUES ({places}) RETURNING id", *row.values())["id"]


def enable_totp(user_id):
    """A secret and ten backup codes, which are shown once."""
    secret = pyotp.random_base32()
    codes = [secrets.token_hex(4) for _ in range(10)]
    query(
        "UPDATE users SET totp_secret = %s, totp_enabled = true, backup_codes = %s WHERE id = %s",
        secret, json.dumps([sha256(code) for code in codes]), user_id,
    )
    return secret, codes


def login(email, password, code=None):
    user = one("SELECT * FROM users WHERE email = %s", email)
    if user is None or not user["hashed_password"] or not pwd_context.verify(password, user["hashed_password"]):
        raise AuthError("wrong e-mail or password")
    if not user["is_active"]:
        raise AuthError("disabled")
    if user["role"] == "admin" and not user["totp_enabled"]:
        raise AuthError("administrators need an authenticator app")
    if user["totp_enabled"] and not check_second_factor(user, code or ""):
        raise AuthError("wrong code")
    return user


def check_second_factor(user, code):
    if pyotp.TOTP(user["totp_secret"]).verify(code, valid_window=1):
        return True
    left = list(user["backup_codes"])
    if sha256(code) not in left:
        return False
    left.remove(sha256(code))
    query("UPDATE users SET backup_codes = %s WHERE id = %s", json.dumps(left), user["id"])
    return True


# Tokens


def create_token(user, kind, seconds):
    now = int(time.time())
    claims = {
        "sub": str(user["id"]), "exp": now + seconds, "iat": now, "jti": str(uuid.uuid4()),
        "scopes": SCOPES.get(user["role"], SCOPES["user"]), "type": kind,
    }
    return jwt.encode(claims, SECRET_KEY, algorithm="HS256")


def create_tokens(user):
    return {
        "access_token": create_token(user, "access", ACCESS_TOKEN_MINUTES * 60),
        "refresh_token": create_token(user, "refresh", REFRESH_TOKEN_DAYS * 86400),
    }


def decode(token, kind="access"):
    try:
        claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise AuthError(str(error)) from error
    if claims.get("type") != kind or redis.exists(f"revoked:{claims['jti']}"):
        raise AuthError("revoked, or another kind of token")
    return claims


def revoke(token, kind):
    claims = decode(token, kind)
    redis.set(f"revoked:{claims['jti']}", "1", exat=claims["exp"])


# Sessions of browsers


def create_session(user):
    session_id = secrets.token_urlsafe(32)
    redis.set(f"session:{session_id}", json.dumps({"user_id": user["id"]}), ex=86400)
    return signer.sign(session_id).decode()


def session_of(cookie):
    try:
        data = redis.get(f"session:{signer.unsign(cookie).decode()}")
    except BadSignature as error:
        raise AuthError("no session") from error
    if data is None:
        raise AuthError("no session")
    return json.loads(data)


# API keys


def create_api_key(user_id, name, length=32):
    key = "atk_" + secrets.token_urlsafe(length)
    query("INSERT INTO api_keys (user_id, name, key_hash) VALUES (%s, %s, %s)", user_id, name, sha256(key))
    return key


def owner_of_api_key(key):
    row = one(
        """UPDATE api_keys k SET request_count = request_count + 1, last_used_at = now()
           WHERE key_hash = %s AND is_active
             AND (user_id IS NULL OR EXISTS (SELECT FROM users u WHERE u.id = k.user_id AND u.is_active))
           RETURNING coalesce(user_id::text, name) AS id""",
        sha256(key),
    )
    if row is None:
        raise AuthError("wrong key")
    return row
