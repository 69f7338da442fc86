"""What the pages say, in English and German."""

from __future__ import annotations

from collections.abc import Mapping

_ENGLISH = {
    "title": "Tasks",
    "home.text": "Keep track of what you have to do.",
    "home.login": "Sign in",
    "home.register": "Create an account",
    "home.api": "API",
    "home.ended": "Your session has ended. Sign in again.",
    "home.failed": "Signing in failed. Try again.",
    "tasks.title": "Your tasks",
    "tasks.you": "Account",
    "tasks.account": "Account",
    "tasks.logout": "Sign out",
    "tasks.devices": "Devices",
    "tasks.new": "New task",
    "tasks.add": "Add",
    "tasks.invalid": "Enter 1 to 200 characters.",
    "tasks.none": "Nothing to do.",
    "tasks.finish": "Done",
    "tasks.reopen": "Reopen",
    "tasks.delete": "Delete",
    "docs.title": "API",
    "docs.text": "Send an access token of Keycloak in the header Authorization, or an API key through the gateway.",
    "docs.request": "Request",
    "docs.scope": "Scope",
    "docs.document": "OpenAPI document",
    "error.title": "That did not work",
    "error.403": "The page was out of date. Go back and try again.",
    "error.404": "There is no such page.",
    "error.503": "We cannot check right now whether you are still signed in. Try again in a few seconds; you stay signed in.",
    "error.other": "Try again later.",
    "error.back": "Back to your tasks",
}

_GERMAN = {
    "title": "Aufgaben",
    "home.text": "Behalten Sie im Blick, was zu tun ist.",
    "home.login": "Anmelden",
    "home.register": "Konto erstellen",
    "home.api": "API",
    "home.ended": "Die Sitzung ist beendet. Bitte erneut anmelden.",
    "home.failed": "Die Anmeldung ist fehlgeschlagen. Bitte erneut versuchen.",
    "tasks.title": "Meine Aufgaben",
    "tasks.you": "Konto",
    "tasks.account": "Konto",
    "tasks.logout": "Abmelden",
    "tasks.devices": "Geräte",
    "tasks.new": "Neue Aufgabe",
    "tasks.add": "Hinzufügen",
    "tasks.invalid": "Bitte 1 bis 200 Zeichen eingeben.",
    "tasks.none": "Nichts zu tun.",
    "tasks.finish": "Erledigt",
    "tasks.reopen": "Wieder öffnen",
    "tasks.delete": "Löschen",
    "docs.title": "API",
    "docs.text": "Ein Zugriffstoken von Keycloak im Header Authorization senden, oder einen API-Schlüssel über das Gateway.",
    "docs.request": "Anfrage",
    "docs.scope": "Scope",
    "docs.document": "OpenAPI-Dokument",
    "error.title": "Das hat nicht funktioniert",
    "error.403": "Die Seite war veraltet. Bitte zurückgehen und erneut versuchen.",
    "error.404": "Diese Seite gibt es nicht.",
    "error.503": "Die Anmeldung kann gerade nicht geprüft werden. Bitte in einigen Sekunden erneut versuchen; die Anmeldung bleibt bestehen.",
    "error.other": "Bitte später erneut versuchen.",
    "error.back": "Zurück zu den Aufgaben",
}

_LANGUAGES = {"en": _ENGLISH, "de": _GERMAN}


def language_of(accept: str) -> str:
    """The first language of ``Accept-Language`` that there are texts in; English otherwise."""
    for part in accept.split(","):
        language = part.split(";")[0].strip().lower().split("-")[0]
        if language in _LANGUAGES:
            return language
    return "en"


def texts_of(language: str) -> Mapping[str, str]:
    """The texts of a language."""
    return _LANGUAGES[language]
