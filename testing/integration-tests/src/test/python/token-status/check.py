"""Checks access tokens by their status lists, as an application does that uses the client.

The argument is the realm's URL. A line of standard input has a token, and by how many seconds the clock is ahead.
"""

import base64
import json
import sys
import time

from bulwark_revocation.status_list import StatusListChecker

ahead = 0.0
checker = StatusListChecker(sys.argv[1], clock=lambda: time.time() + ahead)
for line in sys.stdin:
    token, seconds = line.split()
    ahead = float(seconds)
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    print(checker.check(claims).value, flush=True)
