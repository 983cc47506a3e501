"""A real ticket desk, django-helpdesk (BSD-3-Clause), on loopback with a database of its own.

It runs in a virtual environment of its own; `make lab-desk` makes one and names its interpreter.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VARIABLE: Final = "CPE_DIAG_LAB_DESK"
STARTS_IN_S: Final = 120.0
QUEUE: Final = 1

FILES: Final = {
    "desk_settings.py": """\
import os
SECRET_KEY = "of the lab"
ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = True
ROOT_URLCONF = "desk_urls"
SITE_ID = 1
USE_TZ = True
STATIC_URL = "/static/"
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.sessions", "django.contrib.sites", "django.contrib.messages",
    "django.contrib.humanize", "django.contrib.staticfiles",
    "rest_framework", "rest_framework.authtoken", "django_cleanup.apps.CleanupConfig", "helpdesk",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DESK_DB"]}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
HELPDESK_ACTIVATE_API_ENDPOINT = True
HELPDESK_TEAMS_MODE_ENABLED = False
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["desk_auth.Bearer"]}
""",
    "desk_auth.py": """\
from rest_framework.authentication import TokenAuthentication

class Bearer(TokenAuthentication):
    keyword = "Bearer"
""",
    "desk_urls.py": """\
from django.urls import include, path
urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
""",
    "desk_made.py": """\
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
from helpdesk.models import CustomField, Queue
from rest_framework.authtoken.models import Token
Queue.objects.create(title="Internet", slug="internet")
CustomField.objects.create(
    name="subscriber", label="Subscriber", data_type="varchar", max_length=50, required=False
)
agent = User.objects.create_superuser("agent", "agent@example.net", "of the lab")
print(Token.objects.create(user=agent).key)
""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RealDesk:
    """The desk that runs; `token` is an agent's."""

    url: str
    token: str

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Ask its REST interface."""
        request = urllib.request.Request(  # noqa: S310 - of ours, on loopback
            f"{self.url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
            return json.loads(answer.read())


@contextmanager
def real_desk(python: str, folder: Path, hook: str) -> Iterator[RealDesk]:
    """Keep a desk running.

    Args:
        python: an interpreter that has django-helpdesk.
        folder: for its files.
        hook: where it sends new tickets.
    """
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    environment = {
        **os.environ,
        "DESK_DB": str(folder / "desk.db"),
        "DJANGO_SETTINGS_MODULE": "desk_settings",
        "PYTHONPATH": str(folder),
        "HELPDESK_NEW_TICKET_WEBHOOK_URLS": hook,
    }
    token = subprocess.run(  # noqa: S603 - the interpreter of the lab
        [python, "desk_made.py"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "desk.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - as above
            [python, "-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(port, process)
        yield RealDesk(url=f"http://127.0.0.1:{port}", token=token)
    finally:
        process.terminate()
        process.wait(STARTS_IN_S)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + STARTS_IN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "the desk did not start"
            assert time.monotonic() < ends, "the desk did not start in time"
            time.sleep(0.1)
        else:
            return
