"""Secrets from the operating system's keyring, through the package keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.transports.credential_refusal import bounded, refused

if TYPE_CHECKING:
    from cpe_diag.domain.failures import MeasurementError

FORM: Final = "keyring:SERVICE/NAME"
ANSWERS_WITHIN_S: Final = 10.0
"""A locked keyring may ask the person at the desktop; nobody is there on a server."""


def from_keyring(place: str) -> str:
    """Read one password.

    Args:
        place: `SERVICE/NAME`; the service may hold slashes too.

    Returns:
        The password.

    Raises:
        MeasurementError: there is no keyring, it is locked, or it has no such entry.
    """
    where = f"credential keyring:{place}"
    service, _slash, name = place.rpartition("/")
    if not service or not name:
        raise refused(where, "it names no service and name", f"write it as {FORM}")
    answer = _asked(service, name, where)
    if isinstance(answer, Exception):
        raise answer
    if answer is None:
        step = f"run: keyring set {service} {name}"
        raise refused(where, f"the keyring has no entry '{name}' of '{service}'", step)
    return answer


def _asked(service: str, name: str, where: str) -> str | MeasurementError | None:
    # Importing keyring looks for backends among all installed packages: only when it is needed.
    import keyring
    from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

    try:
        return bounded(lambda: keyring.get_password(service, name), ANSWERS_WITHIN_S)
    except NoKeyringError:
        step = "install a keyring backend, or use another kind of reference"
        return refused(where, "this system has no keyring that can be used", step)
    except KeyringLocked:
        return refused(where, "the keyring is locked", "unlock it before the command starts")
    except InitError:
        return refused(where, "the keyring could not be opened", "unlock it, or look at its log")
    except KeyringError as error:
        kind = type(error).__name__
        return refused(where, f"the keyring refuses: {kind}", "run: keyring diagnose")
    except TimeoutError:
        detail = f"the keyring did not answer within {ANSWERS_WITHIN_S:g} s"
        return refused(where, detail, "unlock it before the command starts")
