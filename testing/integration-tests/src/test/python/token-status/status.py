"""Prints the status of the access token on standard input: 0 is valid. The argument is the address of the keys."""

import base64
import sys
import urllib.request
import zlib

import jwt

token = sys.stdin.readline().strip()
keys = jwt.PyJWKClient(sys.argv[1])


def verified(text, **options):
    return jwt.decode(text, keys.get_signing_key_from_jwt(text).key, algorithms=["RS256"], options=options)


reference = verified(token, verify_aud=False)["status"]["status_list"]
request = urllib.request.Request(reference["uri"], headers={"Accept": "application/statuslist+jwt"})
text = urllib.request.urlopen(request, timeout=10).read().decode()
assert jwt.get_unverified_header(text)["typ"] == "statuslist+jwt"
claims = verified(text, require=["sub", "iat", "exp"])
assert claims["sub"] == reference["uri"]
packed = claims["status_list"]["lst"]
statuses = zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
index = reference["idx"]
print(statuses[index // 8] >> index % 8 & 1)
