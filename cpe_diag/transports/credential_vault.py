"""Secrets from HashiCorp Vault's key-value store, version 2, through hvac.

Sources: the KV v2 API (GET /v1/:mount/data/:path) and the status codes of Vault's HTTP API,
developer.hashicorp.com/vault/api-docs; a deleted version answers 404 with data that is null
(hvac issue 906).
"""

from __future__ import annotations

import ipaddress
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from cpe_diag.domain.secret import Secret
from cpe_diag.transports.credential_refusal import bounded, place_and_key, read_private, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.domain.failures import MeasurementError

FORM: Final = "vault:MOUNT/PATH#KEY"
ANSWERS_WITHIN_S: Final = 5.0
"""One request; a login with a role costs one more."""
ASK_AGAIN_AFTER_S: Final = 10.0
"""A Vault that did not answer is not asked again so soon: a sweep of nodes would wait for each."""
TOKEN_FILE: Final = Path("~/.vault-token")
"""Where `vault login` leaves the token (Vault's token helper)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultSettings:
    """How to reach Vault. None: the environment says it, as for Vault's own command line.

    `token` and `secret_id` are references of the other kinds; `role_id` and `secret_id` log in by
    AppRole. `ca_file` None: the certificates that requests trusts.
    """

    address: str | None = None
    namespace: str | None = None
    token: str | None = None
    role_id: str | None = None
    secret_id: str | None = None
    approle_mount: str = "approle"
    token_file: Path = TOKEN_FILE
    ca_file: Path | None = None


class VaultSecrets:
    """Reads secrets of one Vault; one request at a time."""

    def __init__(
        self,
        settings: VaultSettings,
        environment: Mapping[str, str],
        resolve: Callable[[str], Secret],
    ) -> None:
        """Prepare; nothing is sent.

        Args:
            settings: of the configuration.
            environment: VAULT_ADDR, VAULT_TOKEN, VAULT_NAMESPACE, VAULT_CACERT.
            resolve: gives token and secret id where they are references.
        """
        self._settings = settings
        self._environment = environment
        self._resolve = resolve
        self._lock = threading.Lock()
        self._client: Any = None
        self._logged_in: Secret | None = None
        self._silent: tuple[float, str] | None = None

    def read(self, place: str) -> str:
        """Read one key of one secret, in its newest version.

        Args:
            place: `MOUNT/PATH#KEY`; the mount is the first part.

        Returns:
            The value.

        Raises:
            MeasurementError: Vault gives no such text; the words say why.
        """
        where = f"credential vault:{place}"
        path, key = place_and_key(place, where, FORM)
        mount, _slash, inner = path.strip("/").partition("/")
        if not inner:
            raise refused(where, "it names no path within the mount", f"write it as {FORM}")
        with self._lock:
            answer = self._answer_of_late(where) or self._answer(mount, inner, where)
        if isinstance(answer, Exception):
            raise answer
        return _value(answer, key, path, where)

    def _answer_of_late(self, where: str) -> MeasurementError | None:
        """Repeat that Vault does not answer, where it was asked a moment ago."""
        if self._silent is None or time.monotonic() >= self._silent[0]:
            return None
        return refused(where, f"{self._silent[1]} (asked a moment ago)", None)

    def _told(self, error: Exception, path: str, where: str) -> MeasurementError:
        """Put an error into words, and remember that Vault does not answer."""
        told = _in_words(error, self._address(where), path, where)
        if isinstance(error, OSError):  # those of requests, and a TimeoutError
            self._silent = (time.monotonic() + ASK_AGAIN_AFTER_S, told.failure.detail)
        return told

    def _answer(self, mount: str, path: str, where: str) -> object:
        """Ask Vault; gives its answer, or the error in our words."""
        from hvac.exceptions import Forbidden  # type: ignore[import-untyped]  # no types there

        client = self._opened(where)
        used_role = self._logged_in is not None
        try:
            return _asked(client, mount, path)
        except Forbidden as error:
            self._logged_in = None
            if not used_role:
                return self._told(error, f"{mount}/{path}", where)
        except _foreign() as error:
            return self._told(error, f"{mount}/{path}", where)
        # The token that the role gave earlier may have run out: log in anew, once.
        client = self._opened(where)
        try:
            return _asked(client, mount, path)
        except _foreign() as error:
            return self._told(error, f"{mount}/{path}", where)

    def _opened(self, where: str) -> Any:  # noqa: ANN401 - hvac has no types
        """Give a client with a token."""
        import hvac  # type: ignore[import-untyped]  # no types there

        address = self._address(where)
        if self._client is None:
            ca_file = self._settings.ca_file or self._environment.get("VAULT_CACERT")
            # An own token and an own namespace: hvac would look for others by itself.
            self._client = hvac.Client(
                url=address,
                token="",
                namespace=self._settings.namespace or self._environment.get("VAULT_NAMESPACE"),
                verify=str(ca_file) if ca_file else True,
                timeout=ANSWERS_WITHIN_S,
                allow_redirects=False,
            )
        self._client.token = self._token(address, where).reveal()
        return self._client

    def _address(self, where: str) -> str:
        address = self._settings.address or self._environment.get("VAULT_ADDR")
        if not address:
            step = "set credentials.vault.address in the configuration, or VAULT_ADDR"
            raise refused(where, "no address of Vault is known", step)
        parts = urlsplit(address)
        if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname)):
            return address
        detail = f"{address} is no https:// address; a token is not sent in clear text"
        raise refused(where, detail, "use https://")

    def _token(self, address: str, where: str) -> Secret:
        settings = self._settings
        if settings.token is not None:
            return self._resolve(settings.token)
        if settings.role_id is not None:
            return self._by_role(settings.role_id, address, where)
        if token := self._environment.get("VAULT_TOKEN"):
            return Secret(token)
        file = settings.token_file.expanduser()
        if not file.exists():
            step = f"set credentials.vault.token, VAULT_TOKEN, or write {settings.token_file}"
            raise refused(where, "no token for Vault is known", step)
        return Secret(read_private(file, where).decode("utf-8", "replace").strip())

    def _by_role(self, role_id: str, address: str, where: str) -> Secret:
        """Log in by AppRole (POST /v1/auth/approle/login) and keep the token."""
        if self._logged_in is not None:
            return self._logged_in
        secret_id = None if self._settings.secret_id is None else self._settings.secret_id
        given = None if secret_id is None else self._resolve(secret_id).reveal()
        self._client.token = ""
        failure: MeasurementError | None = None
        answer: Any = None
        try:
            answer = bounded(
                lambda: self._client.auth.approle.login(
                    role_id=role_id,
                    secret_id=given,
                    use_token=False,
                    mount_point=self._settings.approle_mount,
                ),
                ANSWERS_WITHIN_S,
            )
            self._logged_in = Secret(str(answer["auth"]["client_token"]))
        except _foreign() as error:
            failure = self._told(error, f"auth/{self._settings.approle_mount}", where)
        except (KeyError, TypeError):
            failure = refused(where, f"{address} answers a login like no Vault", None)
        if failure is not None or self._logged_in is None:
            raise failure or refused(where, f"{address} gives no token", None)
        return self._logged_in


def _asked(client: Any, mount: str, path: str) -> object:  # noqa: ANN401 - hvac has no types
    answer: object = bounded(
        lambda: client.secrets.kv.v2.read_secret_version(
            path=path, mount_point=mount, raise_on_deleted_version=False
        ),
        ANSWERS_WITHIN_S,
    )
    return answer


def _foreign() -> tuple[type[Exception], ...]:
    from hvac.exceptions import VaultError
    from requests.exceptions import RequestException

    return (VaultError, RequestException, TimeoutError, ValueError)


def _in_words(error: Exception, address: str, path: str, where: str) -> MeasurementError:
    """Say what an error of hvac or requests means; none of their own words is passed on."""
    from hvac import exceptions as vault
    from requests import exceptions as web

    unreachable = f"Vault at {address} cannot be reached"
    words: tuple[tuple[type[Exception], str, str | None], ...] = (
        (
            vault.Forbidden,
            f"Vault at {address} permits us nothing at {path} (or the token is no longer valid)",
            "look at the token's policy: it needs `read` on MOUNT/data/PATH",
        ),
        (vault.Unauthorized, f"Vault at {address} does not accept the token", "renew it"),
        (
            vault.InvalidPath,
            f"Vault at {address} has nothing at {path}",
            "look at mount and path: vault kv get -mount=MOUNT PATH (version 2 of the engine)",
        ),
        (
            vault.InvalidRequest,
            f"Vault at {address} refuses the request for {path}",
            "look at role, secret id and path",
        ),
        (vault.VaultDown, f"Vault at {address} is sealed or in maintenance", "unseal it"),
        (vault.VaultNotInitialized, f"Vault at {address} is not initialized", "vault init"),
        (vault.RateLimitExceeded, f"Vault at {address} is asked too often", "try again later"),
        (vault.VaultError, f"Vault at {address} has failed", "look at its log"),
        (
            web.SSLError,
            f"the certificate of Vault at {address} is not trusted",
            "name its authority in credentials.vault.ca_file, or VAULT_CACERT",
        ),
        (web.Timeout, f"Vault at {address} did not answer in time", "look at the way to it"),
        (TimeoutError, f"Vault at {address} did not answer in time", "look at the way to it"),
        (web.ConnectionError, unreachable, "look at the address and the way to it"),
        (web.RequestException, unreachable, "look at credentials.vault.address"),
    )
    for kind, detail, step in words:
        if isinstance(error, kind):
            return refused(where, detail, step)
    return refused(where, f"{address} answers like no Vault", "look at the address")


def _value(answer: object, key: str, path: str, where: str) -> str:
    """Take the value out of an answer: data.data.KEY."""
    try:
        data = answer["data"]["data"]  # type: ignore[index]  # whatever came is tried as it is
    except (KeyError, TypeError, IndexError):
        detail = f"the answer for {path} is none of Vault's key-value store, version 2"
        raise refused(where, detail, "look at the address and the mount") from None
    if data is None:
        detail = f"the newest version of {path} is deleted"
        raise refused(where, detail, "undelete it, or write a new version")
    if not isinstance(data, dict) or key not in data:
        raise refused(where, f"{path} has no key '{key}'", "add it")
    value = data[key]
    if not isinstance(value, str):
        raise refused(where, f"'{key}' of {path} is no text", "write it as a text")
    return value


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
