"""Tells a relying application whether Keycloak has revoked a token. See README.md."""

from ._async_checker import AsyncRevocationChecker
from ._checker import RevocationChecker
from ._connect import Connection
from ._decision import Verdict
from ._judge import Status
from ._options import Options

__all__ = ["AsyncRevocationChecker", "Connection", "Options", "RevocationChecker", "Status", "Verdict"]
__version__ = "0.1.0.dev0"
