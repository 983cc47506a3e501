"""Access drivers as data: which object holds which field, with its unit, sentinels and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.driver_kit.action_spec import ActionSpec
from cpe_diag.driver_kit.capability import Capability
from cpe_diag.driver_kit.port_index import IndexPart, PortIndex

if TYPE_CHECKING:
    from cpe_diag.ports import Oid


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectSpec:
    """One MIB object of a driver.

    `oid` may hold placeholders such as `{if_index}` or `{onu}`; `type` is one of
    `driver_schema.OBJECT_TYPES`; the value is raw x `scale` + `offset` in `unit`, after the raw
    number was taken as a signed one of `signed_bits` bits (0: as it is), and `form` `mw_to_dbm`
    turns milliwatts into dBm. Raw values in `sentinels`, and texts in `no_value`, mean that the
    device has no value; `values` maps raw numbers to words for `enum` (for `bits`: bit number to
    word; with a `unit` its words are whole numbers in it). `pattern` takes a number out of text
    (`text_number`): its first group.
    `row` is the claim that a row exists: False only where the node has the object `witness`.
    `source` names MIB, object and document, in this order.
    Several objects of one field are alternatives: the first that has a value gives it.
    With `true_when` the field is a claim: True when the enum's word, or any word of set bits, is
    among them; a `port_list` claims that the port's {base_port} is in it. A raw number outside of
    `raw_range` is unparseable. Empty text is a value only where `may_be_empty`.
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
    offset: float = 0.0
    signed_bits: int = 0
    form: str = ""
    pattern: str = ""
    no_value: tuple[str, ...] = ()
    witness: str = ""

    def at(self, index: PortIndex) -> Oid:
        """Give the oid of this object for one port."""
        return index.fill(self.oid)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortNaming:
    """How an operator's port name becomes the index of the node's tables.

    `pattern` has named groups; `example` is a name that fits it, for messages; `index` says for
    each placeholder how it is made of the groups; `groups` names what ports share, smallest
    first, as templates: `pon {frame}/{slot}`. `technologies` empty: any. `source` is where the
    vendor's scheme is written.
    """

    pattern: str
    example: str
    index: Mapping[str, IndexPart]
    groups: tuple[str, ...]
    technologies: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """How a part of the index is asked from the node, where the name does not hold it.

    With `oid` one GET answers: its number is the part, or what the first group of `pattern` takes
    out of its text or object identifier. With `column` the rows below `column` (placeholders
    filled) are read, at most `most_rows`, until one's value equals the octets of the name's group
    `wanted` in `form`; what follows the column is the part. With the form `number` the value has
    to be the number that the part `wanted` has. With `same_as` nothing is asked: two tables use
    the same number in practice, and whoever reads the second one sees whether its row is ours.
    `cost` says in words what that takes. An `optional` part is left out where the node does not
    tell it: only the objects that need it are not known then.
    """

    gives: str
    oid: str
    column: str
    wanted: str
    form: str
    most_rows: int
    sentinels: tuple[int, ...]
    cost: str
    source: str
    same_as: str = ""
    pattern: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDriver:
    """One access driver file, checked.

    `groups` maps a kind of fact (`port_status`, `line_quality_vdsl2`, ...) to the objects that its
    fields are read from; dotted fields (`down.rate_bps`) fill nested values. `actions` are what
    can be changed, by the action's id.
    """

    id: str
    title: str
    file: str
    technologies: tuple[str, ...]
    sys_object_ids: tuple[str, ...]
    sys_descr_patterns: tuple[str, ...]
    port_naming: tuple[PortNaming, ...]
    lookups: tuple[Lookup, ...]
    capabilities: Mapping[str, Capability]
    groups: Mapping[str, tuple[ObjectSpec, ...]]
    actions: Mapping[str, ActionSpec]
    cli_platform: str | None
    """The name of its command line in netmiko, or None."""
