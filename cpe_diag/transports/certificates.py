"""Why a server's certificate was not accepted, and what stands in it."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import CertificateFault, RefusedCertificate
from cpe_diag.transports.bounded_tcp import connected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography import x509

    from cpe_diag.transports.bounded_tcp import Bounds

READ_WITHIN_S: Final = 2.0
"""A server that has just shown its certificate shows it again within this, or not at all."""
NOT_READ: Final = Missing(why=FailureKind.NOT_MEASURED)
# OpenSSL include/openssl/x509_vfy.h: X509_V_ERR_*.
FAULTS: Final[Mapping[int, CertificateFault]] = {
    2: CertificateFault.UNTRUSTED,  # UNABLE_TO_GET_ISSUER_CERT
    9: CertificateFault.NOT_YET_VALID,  # CERT_NOT_YET_VALID
    10: CertificateFault.EXPIRED,  # CERT_HAS_EXPIRED
    18: CertificateFault.UNTRUSTED,  # DEPTH_ZERO_SELF_SIGNED_CERT
    19: CertificateFault.UNTRUSTED,  # SELF_SIGNED_CERT_IN_CHAIN
    20: CertificateFault.UNTRUSTED,  # UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    21: CertificateFault.UNTRUSTED,  # UNABLE_TO_VERIFY_LEAF_SIGNATURE
    27: CertificateFault.UNTRUSTED,  # CERT_UNTRUSTED
    62: CertificateFault.WRONG_NAME,  # HOSTNAME_MISMATCH
    64: CertificateFault.WRONG_NAME,  # IP_ADDRESS_MISMATCH
}


def fault_of(error: BaseException | None) -> CertificateFault | None:
    """Find why a certificate was refused behind an exception of a library.

    Args:
        error: what a handshake raised.

    Returns:
        The fault; None where it was no certificate's.
    """
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return FAULTS.get(error.verify_code, CertificateFault.OTHER)
        error = error.__cause__ or error.__context__
    return None


async def read_refused(  # noqa: PLR0913 - a server, its name, and what it may cost
    fault: CertificateFault,
    *,
    host: str,
    address: str,
    port: int,
    within_s: float,
    bounds: Bounds | None = None,
) -> RefusedCertificate:
    """Have a server show its certificate once more, to read what stands in it.

    Args:
        fault: why it was refused.
        host: the name in TLS.
        address: the IP address to connect to.
        port: of the server.
        within_s: seconds, of which at most READ_WITHIN_S are used.
        bounds: what the connection is held to, None: nothing.

    Returns:
        The certificate; without dates and names where it was not shown again.
    """
    shown: bytes | None = None
    with suppress(OSError, TimeoutError, EOFError):
        async with asyncio.timeout(min(within_s, READ_WITHIN_S)):
            shown = await _shown(host, address, port, bounds)
    if shown is None:
        return RefusedCertificate(
            fault=fault, names=(), issuer=NOT_READ, not_before=NOT_READ, not_after=NOT_READ
        )
    return _read(fault, shown)


async def _shown(host: str, address: str, port: int, bounds: Bounds | None) -> bytes | None:
    looking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    looking.check_hostname = False
    looking.verify_mode = ssl.CERT_NONE  # nothing is sent; it is only read why it was refused
    wire = await connected(address, port, READ_WITHIN_S, bounds=bounds)
    _, writer = await asyncio.open_connection(sock=wire, ssl=looking, server_hostname=host)
    try:
        secured: ssl.SSLObject = writer.get_extra_info("ssl_object")
        return secured.getpeercert(binary_form=True)
    finally:
        writer.transport.abort()


def _read(fault: CertificateFault, shown: bytes) -> RefusedCertificate:
    # Late: only a certificate that was refused is read, and the library takes 20 ms to load.
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(shown)
        names = _names(certificate)
        issuer = certificate.issuer.rfc4514_string()
    except ValueError:
        return RefusedCertificate(
            fault=fault, names=(), issuer=NOT_READ, not_before=NOT_READ, not_after=NOT_READ
        )
    return RefusedCertificate(
        fault=fault,
        names=names,
        issuer=issuer or NOT_READ,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Give the DNS names that it is for; the subject's does not count (RFC 9525, section 2)."""
    from cryptography import x509

    try:
        held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(held.value.get_values_for_type(x509.DNSName))
