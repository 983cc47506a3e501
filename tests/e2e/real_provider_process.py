"""The process of the provider in real_provider.py, with its people, groups and clients.

Its words: the port; where browsers return to; by name the groups, as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from canaille import create_app  # type: ignore[import-untyped]  # ships no types
from canaille.app import models  # type: ignore[import-untyped]  # ships no types
from real_provider import CLIENT, CLIENT_SECRET, MISDIRECTED, PERSON_PASSWORD
from werkzeug.serving import run_simple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def serve(port: int, site: str, held: Mapping[str, Sequence[str]]) -> None:
    """Be the provider until the process is ended."""
    app = create_app(
        {
            "SECRET_KEY": "of this process alone",
            "SERVER_NAME": f"localhost:{port}",
            "PREFERRED_URL_SCHEME": "http",
            "SESSION_COOKIE_SECURE": False,
            "CANAILLE": {"DATABASE": "sql", "CAPTCHA_ENABLED": False},
            "CANAILLE_SQL": {"DATABASE_URI": f"sqlite:///{Path.cwd() / 'provider.db'}"},
            "CANAILLE_OIDC": {"ENABLE_OIDC": True, "REQUIRE_NONCE": True},
        }
    )
    with app.app_context(), app.backend.session():
        people = {
            name: models.User(
                user_name=name,
                display_name=name,
                family_name=name.title(),
                emails=[f"{name}@operator.example"],
                password=PERSON_PASSWORD,
            )
            for name in held
        }
        groups = [
            models.Group(
                display_name=group,
                members=[people[name] for name, groups in held.items() if group in groups],
            )
            for group in sorted({one for groups in held.values() for one in groups})
        ]
        clients = [
            models.Client(
                client_id=name,
                client_secret=CLIENT_SECRET,
                client_name="The console",
                redirect_uris=[f"{site}/sign-in/return"],
                post_logout_redirect_uris=[f"{site}/sign-in"],
                grant_types=["authorization_code"],
                response_types=["code"],
                token_endpoint_auth_method="client_secret_basic",
                scope=["openid", "profile", "email", "groups"],
            )
            for name in (CLIENT, MISDIRECTED)
        ]
        for one in (*people.values(), *groups, *clients):
            app.backend.save(one)
        for one in clients:
            one.audience = [clients[0]]
            app.backend.save(one)
    run_simple("127.0.0.1", port, app, threaded=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]))
