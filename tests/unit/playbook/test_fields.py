"""Conditions may name every field of every fact, with what it can be compared to."""

from __future__ import annotations

import pytest

from cpe_diag.domain.facts import FACT_KINDS, FactKind, fact_kind
from cpe_diag.playbook.fields import Field, Shape, fields_of


@pytest.mark.parametrize("kind", FACT_KINDS, ids=lambda kind: kind.id)
def test_every_kind_of_fact_has_a_field_to_ask_for(kind: FactKind) -> None:
    """A new fact whose types cannot be read would make every playbook with it fail."""
    assert [field.name for field in fields_of(kind.value_type)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("port_status", Field(name="admin_up", shape=Shape.TRUTH)),
        ("port_status", Field(name="oper_up", shape=Shape.TRUTH)),
        ("port_status", Field(name="name", shape=Shape.TEXT)),
        ("port_speed", Field(name="duplex", shape=Shape.WORD, words=("half", "full"))),
        ("port_speed", Field(name="speed_bps", shape=Shape.NUMBER)),
        ("ping", Field(name="lost_ratio", shape=Shape.NUMBER)),
        ("line_quality", Field(name="down", shape=Shape.MANY)),
        ("line_quality", Field(name="down.snr_margin_db", shape=Shape.NUMBER)),
        ("router_wan", Field(name="gateway", shape=Shape.TEXT)),
        ("router_wan", Field(name="addresses", shape=Shape.MANY)),
        ("http", Field(name="status", shape=Shape.NUMBER)),
    ],
)
def test_a_field_has_the_shape_of_what_a_device_may_say(kind: str, expected: Field) -> None:
    """`Missing` and None are no values to compare with; what is left decides."""
    assert expected in tuple(fields_of(fact_kind(kind).value_type))
