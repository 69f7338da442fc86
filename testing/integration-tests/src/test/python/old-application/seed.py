"""Fills the old application with users of all kinds. Prints what each user knows, one JSON object a line."""

import json
import pathlib

from auth import create_api_key, db, enable_totp, pwd_context, query, register, sha256

people = []


def person(kind, email, name, password="correct-old-battery", keys=(), totp=False, **columns):
    user_id = register(email, name, password, **columns)
    known = {
        "kind": kind, "id": user_id, "email": email, "name": name, "password": password,
        "active": columns.get("is_active", True), "role": columns.get("role", "user"),
        "provider": columns.get("oauth_provider"), "provider_id": columns.get("oauth_id"),
        "totp": None, "codes": [], "keys": [],
    }
    if totp:
        known["totp"], known["codes"] = enable_totp(user_id)
    for key, length in keys:
        known["keys"].append(create_api_key(user_id, key, length))
    people.append(known)
    return known


def hashed(known, hash_of_password):
    query("UPDATE users SET hashed_password = %s WHERE id = %s", hash_of_password, known["id"])


def bcrypt(password, **settings):
    return pwd_context.handler("bcrypt").using(**settings).hash(password)


with db.cursor() as cursor:
    cursor.execute((pathlib.Path(__file__).parent / "schema.sql").read_text())

person("administrator", "chief@example.org", "Chief Officer", role="admin", totp=True, keys=[("deploy", 32)])
person("editor", "editor@example.org", "Ed Itor", role="editor", keys=[("nightly job", 32)])
person("two names", "ann@example.org", "Ann Example", keys=[("ci", 32), ("ci", 32)])
person("one word", "cher@example.org", "Cher")
person("no name", "noname@example.org", None)
person("empty name", "empty@example.org", "")
person("blanks around the name", "blank@example.org", "  Bea Blank ")
person("three names", "berg@example.org", "Anna van der Berg")
person("parentheses", "jo@example.org", "Jo (Josephine) O'Neil")
person("punctuation", "duo@example.org", 'Tom "T." & Jerry / Co; 100 % [test] {x} #1 !?')
person("Cyrillic", "olga@example.org", "Ольга Иванова")
person("Japanese", "taro@example.org", "山田太郎")
person("two letters", "bo@example.org", "Bo")
person("accents", "zoe@example.org", "Zoë Ångström-Müller")
person("long name", "long@example.org", "Long " + "Name " * 40 + "End")
person("non-ASCII address", "jörg.röß@example.org", "Jörg Röß")
person("international domain", "info@müller.example", "Ida Müller")
person("plus address", "pat+tasks@example.org", "Pat Plus")
person("upper-case address", "Upper.Case@Example.ORG", "Upper Case")
person("apostrophe in the address", "o'neil@example.org", "Sam O'Neil")
person("no address", "kiosk", "Kiosk Hall 3", keys=[("terminal", 32)])
person("no address, no name", "root2", None)
person("disabled", "gone@example.org", "Gone Away", is_active=False, keys=[("old", 32)])
person("neither active nor disabled", "null@example.org", "Nel Null", is_active=None)
person("Google alone", "gina@example.org", "Gina Google", None, oauth_provider="google", oauth_id="110000000000000000001")
person("GitHub alone", "hub@example.org", "hubber", None, oauth_provider="github", oauth_id="583231")
person("GitHub without an address", None, None, None, oauth_provider="github", oauth_id="583232", keys=[("bot", 32)])
person("Google and a password", "both@example.org", "Both Ways", oauth_provider="google", oauth_id="110000000000000000002")
person("app", "tia@example.org", "Tia Totp", totp=True)
person("app and codes", "cody@example.org", "Cody Backup", totp=True, keys=[("backup", 32)])

few = person("three codes left", "few@example.org", "Few Left", totp=True)
few["codes"] = few["codes"][:3]
query("UPDATE users SET backup_codes = %s WHERE id = %s", json.dumps([sha256(code) for code in few["codes"]]), few["id"])

off = person("app turned off again", "off@example.org", "Off Again", totp=True)
query("UPDATE users SET totp_enabled = false WHERE id = %s", off["id"])
off["totp"], off["codes"] = None, []

half = person("set-up not confirmed", "half@example.org", "Half Way")
query("UPDATE users SET totp_secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' WHERE id = %s", half["id"])

for rounds, ident, email in ((4, "2b", "b4@example.org"), (10, "2a", "b10@example.org"), (12, "2b", "b12@example.org")):
    hashed(person(f"bcrypt {ident} {rounds}", email, "Bea Crypt"), bcrypt("correct-old-battery", rounds=rounds, ident=ident))
long = "a long password of 80 bytes, of which bcrypt reads 72 and nobody notices it......"
hashed(person("bcrypt, 80 bytes", "b80@example.org", "Bea Long", long), bcrypt(long, rounds=4, truncate_error=False))
umlaut = "Pässwörd-пароль-パス"
person("password in three scripts", "script@example.org", "Three Scripts", umlaut)
hashed(
    person("argon2 of an earlier setting", "weak@example.org", "Weak Hash"),
    pwd_context.handler("argon2").using(type="ID", memory_cost=512, time_cost=2, parallelism=2).hash("correct-old-battery"),
)
person("keys of other lengths", "keys@example.org", "Kay Keys", keys=[("short", 16), ("long", 64), ("own", 32), ("49", 36)])
used = person("used keys", "used@example.org", "Una Used", keys=[("busy", 32), ("retired", 32)])
query("UPDATE api_keys SET request_count = 1234, last_used_at = '2026-01-31T12:00:00Z', created_at = '2025-01-31T12:00:00Z' WHERE user_id = %s AND name = 'busy'", used["id"])
query("UPDATE api_keys SET is_active = NULL WHERE user_id = %s AND name = 'retired'", used["id"])
used["keys"], used["retired"] = used["keys"][:1], used["keys"][1]

services = [create_api_key(None, name) for name in ("partner", "billing", "former partner")]
query("UPDATE api_keys SET is_active = false WHERE name = 'former partner'")

for known in people:
    print(json.dumps(known))
print(json.dumps({"services": services[:2], "retired": services[2]}))
