"""What programs on a router say of a certificate that they do not accept."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.path_facts import CertificateFault, HttpOutcome, RefusedCertificate

NOT_SAID: Final = Missing(why=FailureKind.UNSUPPORTED)
ACCEPTED: Final = Missing(why=FailureKind.NOT_MEASURED)
# OpenSSL crypto/x509/x509_txt.c (X509_verify_cert_error_string) and GnuTLS lib/verify.c as curl
# repeats them; curl lib/vtls/openssl.c and mbedtls.c; uclient-fetch.c of OpenWrt's uclient.
WORDS: Final = (
    ("has expired", CertificateFault.EXPIRED),
    ("not yet valid", CertificateFault.NOT_YET_VALID),
    ("does not match", CertificateFault.WRONG_NAME),
    ("no alternative certificate subject name", CertificateFault.WRONG_NAME),
    ("unable to get local issuer", CertificateFault.UNTRUSTED),
    ("unable to get issuer", CertificateFault.UNTRUSTED),
    ("self-signed", CertificateFault.UNTRUSTED),
    ("self signed", CertificateFault.UNTRUSTED),
    ("not trusted", CertificateFault.UNTRUSTED),
)


def refused(outcome: HttpOutcome, text: str) -> Maybe[RefusedCertificate]:
    """Read why a certificate was not accepted; these programs do not say what stands in it.

    Args:
        outcome: how the request ended.
        text: what the program said.

    Returns:
        The fault, OTHER in words that are not known; Missing where it was no certificate's.
    """
    if outcome is not HttpOutcome.CERTIFICATE:
        return ACCEPTED
    low = text.lower()
    fault = next((fault for words, fault in WORDS if words in low), CertificateFault.OTHER)
    return RefusedCertificate(
        fault=fault, names=(), issuer=NOT_SAID, not_before=NOT_SAID, not_after=NOT_SAID
    )
