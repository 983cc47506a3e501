"""The network's own certificate authority, and the certificates of its web servers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

LASTS: Final = dt.timedelta(days=30)
SKEW: Final = dt.timedelta(hours=1)


class Authority:
    """A certificate authority that lives as long as one network."""

    def __init__(self, name: str = "Lab home CA") -> None:
        """Make its key and its certificate."""
        self._key = _key()
        self._certificate = _certificate(name, self._key, None, dt.timedelta())

    def certificate(self) -> str:
        """Give the certificate that clients trust, in PEM."""
        return _pem(self._certificate)

    def server(self, name: str, *, age: dt.timedelta = dt.timedelta()) -> str:
        """Give key and certificate for a server, in PEM.

        Args:
            name: its DNS name.
            age: how long ago it was issued; more than a month, and it has expired.
        """
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
        )

        key = _key()
        issued = _certificate(name, key, (self._certificate, self._key), age)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return private + _pem(issued)


def _key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _pem(certificate: Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode()


def _certificate(
    name: str,
    key: EllipticCurvePrivateKey,
    issuer: tuple[Certificate, EllipticCurvePrivateKey] | None,
    age: dt.timedelta,
) -> Certificate:
    """Issue a certificate; without an issuer it is an authority's own."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    start = dt.datetime.now(dt.UTC) - SKEW - age
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer[0].subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + LASTS)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is not None:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False
        )
    return builder.sign(key if issuer is None else issuer[1], hashes.SHA256())
