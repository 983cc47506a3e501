"""Credential references: where a secret stands, so that configuration never holds one.

A reference is `KIND:PLACE`; the kinds stand in `CREDENTIAL_FORMS`. A kind that is not known is
refused by its name.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cpe_diag.domain.secret import CREDENTIAL_FORMS, Secret
from cpe_diag.transports.credential_age import IDENTITY_NAME, from_age
from cpe_diag.transports.credential_keyring import from_keyring
from cpe_diag.transports.credential_refusal import entry, place_and_key, read_private, refused
from cpe_diag.transports.credential_vault import VaultSecrets, VaultSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class CredentialReferences:
    """Resolves references against this machine, its keyring, and a Vault.

    Nothing is kept: a changed password counts at once. Each call ends in bounded time.
    """

    def __init__(
        self,
        base: Path,
        *,
        environment: Mapping[str, str] | None = None,
        age_identity: Path | None = None,
        vault: VaultSettings | None = None,
    ) -> None:
        """Prepare; nothing is read or sent.

        Args:
            base: the folder of relative paths.
            environment: the names of `env:`; default: ours.
            age_identity: the file with our age identity; None: the environment names it.
            vault: how to reach Vault; None: the environment says it.
        """
        self._base = base
        self._environment = os.environ if environment is None else environment
        self._age_identity = age_identity
        self._vault = VaultSecrets(vault or VaultSettings(), self._environment, self._local)

    def resolve(self, reference: str) -> Secret:
        """Give the secret that a reference points to.

        Args:
            reference: of one of the forms in `CREDENTIAL_FORMS`.

        Returns:
            The secret, never empty.

        Raises:
            MeasurementError: `credential.resolve`: NOT_CONFIGURED, naming the reference.
        """
        return self._resolved(reference, {**self._kinds(), "vault": self._vault.read})

    def _local(self, reference: str) -> Secret:
        """Resolve what Vault itself needs, which cannot stand in Vault."""
        return self._resolved(reference, self._kinds())

    def _kinds(self) -> dict[str, Callable[[str], str]]:
        return {
            "env": self._from_env,
            "file": self._from_file,
            "keyring": from_keyring,
            "age": self._from_age,
        }

    def _resolved(self, reference: str, kinds: Mapping[str, Callable[[str], str]]) -> Secret:
        kind, colon, place = reference.partition(":")
        known = " or ".join(form for form in CREDENTIAL_FORMS if form.partition(":")[0] in kinds)
        if not colon:
            step = f"write it as {known}"
            raise refused("a credential reference", "it names no kind", step)
        if kind not in kinds:
            raise refused(f"credential {kind}:", f"the kind '{kind}' is not known", f"use {known}")
        content = kinds[kind](place)
        if not content:
            raise refused(f"credential {reference}", "it is empty", "put the secret there")
        return Secret(content)

    def _from_env(self, name: str) -> str:
        if name not in self._environment:
            step = "set it before the command starts"
            where = f"credential env:{name}"
            raise refused(where, "this environment variable is not set", step)
        return self._environment[name]

    def _from_file(self, place: str) -> str:
        where = f"credential file:{place}"
        path_text, key = place_and_key(place, where, "file:PATH#KEY")
        path = self._base / Path(path_text).expanduser()
        return entry(read_private(path, where), key, where, str(path))

    def _from_age(self, place: str) -> str:
        named = self._environment.get(IDENTITY_NAME)
        return from_age(
            place, self._base, self._age_identity or (Path(named).expanduser() if named else None)
        )
