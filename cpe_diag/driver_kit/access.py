"""Access drivers as data: which object holds which field, with its unit, sentinels and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.driver_kit.capability import Capability

if TYPE_CHECKING:
    from cpe_diag.ports import Oid


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectSpec:
    """One MIB object of a driver.

    `oid` may hold `{if_index}`; `type` is `integer`, `unsigned`, `text`, `ticks`, `enum`, `bits`
    or `object_id`; `scale` multiplies the raw number into `unit`; raw values in `sentinels` mean
    that the device has no value; `values` maps raw numbers to words for `enum` (for `bits`: bit
    number to word). `source` names MIB, object and document, in this order.
    Several objects of one field are alternatives: the first that has a value gives it.
    With `true_when` the field is a claim: True when the enum's word, or any word of set bits, is
    among them. A raw number outside of `raw_range` is unparseable. Empty text is a value only
    where `may_be_empty`.
    """

    field: str
    oid: str
    type: str
    unit: str
    scale: float
    sentinels: tuple[int, ...]
    values: Mapping[int, str]
    source: str
    true_when: tuple[str, ...] = ()
    raw_range: tuple[int, int] | None = None
    may_be_empty: bool = False

    def at(self, if_index: int) -> Oid:
        """Give the oid of this object for one interface."""
        return self.oid.replace("{if_index}", str(if_index))


@dataclass(frozen=True, slots=True, kw_only=True)
class PortNaming:
    """How an operator's port name becomes an ifIndex: a pattern with named number groups.

    ifIndex = base + sum of group value x factor; a source for the vendor's scheme.
    """

    pattern: str
    base: int
    factors: Mapping[str, int]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDriver:
    """One access driver file, checked.

    `groups` maps a kind of fact (`port_status`, `line_quality_vdsl2`, ...) to the objects that its
    fields are read from; dotted fields (`down.rate_bps`) fill nested values.
    """

    id: str
    title: str
    file: str
    technologies: tuple[str, ...]
    sys_object_ids: tuple[str, ...]
    sys_descr_patterns: tuple[str, ...]
    port_naming: tuple[PortNaming, ...]
    capabilities: Mapping[str, Capability]
    groups: Mapping[str, tuple[ObjectSpec, ...]]
