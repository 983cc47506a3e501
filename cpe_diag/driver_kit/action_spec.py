"""What a driver says of a change it can make: the steps, their outage, how it is proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from cpe_diag.driver_kit.port_index import placeholders

if TYPE_CHECKING:
    from cpe_diag.driver_kit.port_index import PortIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStep:
    """One object to set.

    `value` is a raw number or text, `{value}` for the wished one, or holds parts of the port's
    index as an OID does: objects that select an ONU by its numbers take `{pon}` and `{onu}`.
    `type` is the SMI type on the wire: integer, unsigned, gauge, ticks, text, hex, object_id.
    `read` False: the object cannot be read (a trigger), so that it has no previous value. `object`
    names MIB and object where the change's source does not begin with them; else empty.
    """

    oid: str
    type: str
    value: int | str
    read: bool
    object: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStep:
    """Time to let pass between two objects, in seconds."""

    wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CliStep:
    """One line for the node's command line.

    `expect` is the prompt that asks back, `send` the answer to it; both empty where the node asks
    nothing. `changes` False: the line only goes to another mode of the command line.
    """

    line: str
    expect: str
    send: str
    changes: bool = True


Step: TypeAlias = SetStep | WaitStep | CliStep


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """What must stand on the node afterwards: a raw number or text, or `{value}`.

    `gone`: the node must have no such object any more; `value` is of no meaning then. `stays`: it
    must have the value before the change too, for a restart opens nothing that somebody has shut.
    """

    oid: str
    value: int | str
    gone: bool = False
    stays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One change.

    `values` maps the words that a person may wish to raw values; `value_range` is the least and
    the greatest raw number; `value_text`: any name; none of them where the action takes no value.
    `undo` is `previous` (objects get back what they had before), or `none` for what cannot be
    undone and need not be (a restart). `way_back` are lines that open again what other lines have
    shut, where the change breaks off in the middle; idempotent. `outage_s` is how long the
    customer is without service.
    `otherwise` is the same change on another kind of port of the node, for ports that do not have
    the placeholders of this one.
    """

    id: str
    steps: tuple[Step, ...]
    read_back: tuple[ReadBack, ...]
    values: Mapping[str, int | str]
    value_range: tuple[int, int] | None
    value_text: bool
    outage_s: float
    undo: str
    source: str
    way_back: tuple[CliStep, ...] = ()
    otherwise: ActionSpec | None = None

    def fitting(self, port: PortIndex) -> ActionSpec:
        """Choose between this and what stands under `otherwise`.

        Args:
            port: where the change is to be made.

        Returns:
            The first of which the port gives every part that is needed; this one where there is
            none, so that what is missing can be named.
        """
        spec: ActionSpec | None = self
        while spec is not None:
            if spec.fits(port):
                return spec
            spec = spec.otherwise
        return self

    def fits(self, port: PortIndex) -> bool:
        """Tell whether the port gives every part of objects, values and command lines."""
        told = {*port.parts, "value"}
        typed = {*told, *port.words}
        sets = [step for step in self.steps if isinstance(step, SetStep)]
        objects = [step.oid for step in sets] + [one.oid for one in self.read_back]
        values = [str(step.value) for step in sets]
        typed_steps = [*self.steps, *self.way_back]
        lines = [step.line for step in typed_steps if isinstance(step, CliStep)]
        return (
            all(name in port.parts for oid in objects for name in placeholders(oid))
            and all(name in told for value in values for name in placeholders(value))
            and all(name in typed for line in lines for name in placeholders(line))
        )
