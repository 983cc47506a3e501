"""The maps from what SNMP libraries raise and agents report to failures: closed and total."""

from __future__ import annotations

import errno
import inspect

import pytest
from gufo.snmp import _fast
from pysnmp.proto import errind  # type: ignore[import-untyped]  # ships no types

from cpe_diag.domain.failures import FailureKind
from cpe_diag.transports import snmp_failures as failures
from cpe_diag.transports.snmp_pace import LEAST_TRY_S, LONGEST_TRY_S, Pace

GUFO_KINDS = {
    "SnmpError": FailureKind.UNPARSEABLE,
    "SnmpDecodeError": FailureKind.UNPARSEABLE,
    "SnmpEncodeError": FailureKind.NOT_CONFIGURED,
    "SnmpAuthError": FailureKind.AUTH_REFUSED,
    "NoSuchInstance": FailureKind.UNSUPPORTED,
}
"""Every exception of the library and what it means: a new one has to be thought about."""


def test_every_exception_of_gufo_snmp_has_its_kind() -> None:
    """A new release of the library may not slip an exception past the map."""
    known = {
        name: failures.gufo_failure(kind("x"), "an-1").kind
        for name, kind in inspect.getmembers(_fast, inspect.isclass)
        if issubclass(kind, Exception)
    }
    assert known == GUFO_KINDS


def test_every_indication_of_pysnmp_has_a_kind() -> None:
    """None of them is blamed on us or on the path by accident, except a timeout."""
    indications = [
        kind
        for _name, kind in inspect.getmembers(errind, inspect.isclass)
        if issubclass(kind, errind.ErrorIndication)
    ]
    kinds = {
        kind.__name__: failures.indication_failure(kind(), "an-1").kind for kind in indications
    }
    listed = (
        failures.AUTH_INDICATIONS
        | failures.FORBIDDEN_INDICATIONS
        | failures.DEVICE_INDICATIONS
        | failures.LOST_INDICATIONS
    )
    assert listed <= kinds.keys()
    assert {name for name, kind in kinds.items() if kind is FailureKind.UNPARSEABLE} == (
        kinds.keys() - listed
    )
    assert {name for name, kind in kinds.items() if kind is FailureKind.SILENT} == {
        "RequestTimedOut"
    }


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), FailureKind.SILENT),
        (TimeoutError("connection refused"), FailureKind.REFUSED),
        (OSError("Connection refused (os error 111)"), FailureKind.REFUSED),
        (OSError("Network is unreachable (os error 101)"), FailureKind.UNREACHABLE),
        (OSError("Permission denied (os error 13)"), FailureKind.MISSING_PRIVILEGE),
        (OSError("something else"), FailureKind.UNREACHABLE),
        (OSError(errno.EHOSTUNREACH, "No route to host"), FailureKind.UNREACHABLE),
    ],
)
def test_an_error_of_the_system_is_told_by_its_number(error: OSError, kind: FailureKind) -> None:
    """The library passes the words on and drops the number."""
    assert failures.gufo_failure(error, "an-1").kind is kind


def test_the_wait_grows_with_the_agent_and_with_silence() -> None:
    """A slow agent is not asked twice for nothing, and a dead one not for ever."""
    pace = Pace()
    assert [pace.try_s(silences) for silences in range(5)] == [1.0, 2.0, 4.0, 8.0, LONGEST_TRY_S]
    pace.answered(0.03)
    assert pace.try_s(0) == LEAST_TRY_S
    for _answer in range(20):
        pace.answered(1.5)
    assert 1.5 < pace.try_s(0) < 3.5
