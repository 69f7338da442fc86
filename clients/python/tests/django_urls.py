"""Views of the tests of Django."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

GUARD: Any = None


class Tasks(APIView):  # type: ignore[misc]
    required_scopes: Any = ["tasks:read"]

    def get(self, request: Any) -> Response:
        return Response({"user": request.user.username, "sub": request.user.pk})

    def post(self, request: Any) -> Response:
        return Response("created", 201)


urlpatterns = [
    path("tasks", Tasks.as_view()),
    path("read", Tasks.as_view()),
    path("write", Tasks.as_view(required_scopes=["tasks:write"])),
    path("by-method", Tasks.as_view(required_scopes={"GET": ["tasks:read"], "POST": ["tasks:write"]})),
]
