"""What every driver has to keep, ours or anybody's: each check raises AssertionError.

Made to be called from a test of the driver's own package:

    def test_conforms() -> None:
        check_access_driver(load_access_driver("acme_dslam", (folder,)))
        check_router_driver(load_router_driver("acme_os", (folder,)))
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.access_facts import (
    Fields,
    line_quality,
    node_system,
    port_counters,
    port_speed,
    port_status,
)
from cpe_diag.driver_kit.access_fields import GROUP_FIELDS
from cpe_diag.driver_kit.action_spec import CliStep
from cpe_diag.driver_kit.capabilities import ACCESS_CAPABILITIES, ROUTER_CAPABILITIES
from cpe_diag.driver_kit.capability import CapabilityState
from cpe_diag.driver_kit.decode import decode, decode_group
from cpe_diag.driver_kit.docsis_facts import cable_modem, modem_channels
from cpe_diag.driver_kit.mac_address import MAC_WORDS
from cpe_diag.driver_kit.optical_facts import ont_errors, ont_optics, ont_state
from cpe_diag.driver_kit.port_index import PortIndex, placeholders
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.driver_kit.router_detect import is_platform
from cpe_diag.driver_kit.setting_facts import (
    cable_test,
    dhcp_binding,
    port_config,
    port_power,
    port_security,
)
from cpe_diag.engine.plan_action import object_names
from cpe_diag.ports import CommandAnswer, Oid, SnmpValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.domain.missing import Maybe
    from cpe_diag.driver_kit.access import AccessDriver, ObjectSpec
    from cpe_diag.driver_kit.action_spec import ActionSpec
    from cpe_diag.driver_kit.decode import Value
    from cpe_diag.driver_kit.router import RouterDriver

INDEX: Final = PortIndex(
    name="any",
    parts={
        "if_index": "1007",
        "base_port": "7",
        "onu": "3",
        "cm": "12",
        "channel": "4",
        "vlan": "100",
        "mac": "2.0.94.0.0.1",
        "address": "192.0.2.7",
    },
    words={},
    groups=(),
)
"""Any port; parts that a driver's own schemes and lookups give are added."""

# Forms in which agents write a number into text (recordings of V-SOL and others).
_NUMBER_TEXTS: Final = (
    b"0.03 mW (-14.61 dBm)",
    b"-14.61 dBm",
    b"-14.61",
    b"14.6",
    b"14",
    b"25.0 C",
    b"3.27 V",
)

# RFC 2578: the numbers that an agent may send where it has no value, and the ends of its types.
_EDGES: Final = (-1, 0, 1, 2**31 - 2, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1)


# What a router may print in place of an answer: nothing, half of something, something else, and
# the JSON of a ubus that has changed its mind.
_NO_ANSWERS: Final = (
    "",
    "\n",
    "\0",
    "garbage",
    "ash: not found\n",
    "{",
    "{}",
    "[]",
    "null",
    '"x"',
    "7",
    '{"up": 7, "results": 3, "ipv4-address": [1], "uptime": "x", "values": []}',
    "\ufffd" * 50,
)

# POSIX.1-2024, XCU 2.8.2: done, failed, not executable, not found; 124 is our own time limit.
_EXITS: Final = (0, 1, 4, 124, 126, 127)


def check_router_driver(driver: RouterDriver) -> None:
    """Run every check on one router driver.

    Raises:
        AssertionError: the driver does not keep what a driver has to keep; the text says what.
    """
    _check_stated(driver, ROUTER_CAPABILITIES)
    _check_detection(driver)
    for name, question in driver.questions.items():
        _demand(driver, len(question.source) > len("MIB x"), f"{name} has no source")
        _demand(driver, question.commands, f"{name} asks nothing")
        for output in _NO_ANSWERS:
            for status in _EXITS:
                _read_safely(driver, name, output, status)


def _check_detection(driver: RouterDriver) -> None:
    """Demand that a driver knows its platform, and takes no answer of another for it."""
    detect = driver.detect
    if detect is None:
        raise AssertionError(f"{driver.file}: nothing says how its platform is known (detect)")
    _demand(driver, len(detect.source) > len("MIB x"), "detect has no source")
    for output in _NO_ANSWERS:
        answers = tuple(
            CommandAnswer(command=command, output=output, exit_status=0)
            for command in detect.commands
        )
        _demand(driver, is_platform(detect, answers) is False, f"detect takes {output!r}")


def _read_safely(driver: RouterDriver, name: str, output: str, status: int) -> None:
    """Demand that a reader gives a value or refuses, and raises nothing else."""
    question = driver.questions[name]
    answers = tuple(
        CommandAnswer(command=command, output=output, exit_status=status)
        for command in question.commands
    )
    context = ReadingContext(at=datetime(2026, 3, 1, tzinfo=UTC), target="192.0.2.1")
    # Anything else that a reader raises goes through, and is the fault that was looked for.
    with suppress(UnreadableError):
        question.reader(answers, context)


def check_access_driver(driver: AccessDriver) -> None:
    """Run every check on one driver.

    Raises:
        AssertionError: the driver does not keep what a driver has to keep; the text says what.
    """
    for check in CHECKS:
        check(driver)


def check_states_every_capability(driver: AccessDriver) -> None:
    """What a driver cannot do is said, with a reason, and not left to be guessed."""
    _check_stated(driver, ACCESS_CAPABILITIES)


def _check_stated(driver: AccessDriver | RouterDriver, names: tuple[str, ...]) -> None:
    for name in names:
        capability = driver.capabilities.get(name)
        _demand(driver, capability is not None, f"{name} is not stated")
        if capability is None:
            continue
        done = capability.state is CapabilityState.DONE
        _demand(driver, done == (capability.verified is not None), f"{name}: verified on what?")
        _demand(driver, done or capability.reason, f"{name}: not done, and no reason given")


def check_every_object_has_source_and_unit(driver: AccessDriver) -> None:
    """A number without a unit or an OID from nowhere cannot be reviewed."""
    for group, spec in _objects(driver):
        what = f"{group}.{spec.field}"
        _demand(driver, len(spec.source) > len("MIB x"), f"{what} has no source")
        if spec.type in {"integer", "unsigned", "ticks"}:
            _demand(driver, spec.unit, f"{what} has no unit")


def check_sentinels_never_become_numbers(driver: AccessDriver) -> None:
    """2147483647 dB of margin would be the best line ever measured."""
    for group, spec in _objects(driver):
        for sentinel in spec.sentinels:
            for raw in (sentinel, *_misencoded(spec, sentinel)):
                value = decode(spec, raw)
                wanted = Missing(why=FailureKind.NOT_MEASURED)
                _demand(driver, value == wanted, f"{group}.{spec.field}: {raw} became {value!r}")


def check_any_answer_is_decoded_or_missing(driver: AccessDriver) -> None:
    """No answer of any agent may raise, and none of the wrong type may become a value."""
    for group, spec in _objects(driver):
        for raw in (*_EDGES, None, b"", b"\0\0", b"NULL", b"SHOWTIME\0\0", b"\xff" * 20, "0.0"):
            value = decode(spec, raw)
            numeric = spec.type in {"integer", "unsigned", "ticks", "enum"}
            octets = spec.type in {
                "text",
                "text_number",
                "bits",
                "port_list",
                "mac",
                "gpon_serial",
                "date_time",
            }
            wrong = isinstance(raw, int) != numeric
            if raw is None or (wrong and not isinstance(raw, str)):
                what = f"{group}.{spec.field}: {raw!r} became {value!r}"
                is_text = octets and isinstance(raw, bytes)
                # That a row exists is said by any value of it.
                is_text = is_text or (spec.type == "row" and raw is not None)
                _demand(driver, is_text or isinstance(value, Missing), what)


def check_done_groups_give_their_facts(driver: AccessDriver) -> None:
    """What is stated as done gives its fact from an answer within the MIB's own ranges."""
    for name, capability in driver.capabilities.items():
        build = _BUILDERS.get(name)
        if capability.state is CapabilityState.DONE and build:
            # Each from an answer of its own: one object may tell several fields.
            fields: dict[str, Maybe[Value]] = {}
            for spec in reversed(driver.groups[name]):
                answers = synthetic_answers((spec,), index_for(driver))
                fields |= decode_group((spec,), answers, index_for(driver))
            missing = [field for field, value in fields.items() if isinstance(value, Missing)]
            _demand(driver, not missing, f"{name}: no value for {missing}")
            unknown = set(fields) - set(GROUP_FIELDS[name].all)
            _demand(driver, not unknown, f"{name}: fields that no fact has: {sorted(unknown)}")
            build(Fields(fields, "an-1", name))


def check_port_names_lead_to_different_ports(driver: AccessDriver) -> None:
    """Two neighbouring port names that lead to one interface would diagnose the wrong line."""
    for scheme in driver.port_naming:
        for name, made in scheme.index.items():
            factors = sorted(made.factors.values())
            distinct = all(0 < low < high for low, high in pairwise(factors))
            single = len(factors) == 1 and factors[0] != 0
            whole = made.form != "number" and bool(made.group)
            words = f"{scheme.pattern}: {name} has equal or zero factors"
            _demand(driver, single or distinct or whole, words)


def check_every_placeholder_can_be_filled(driver: AccessDriver) -> None:
    """An object whose index nobody gives is never asked, and its field never known."""
    given = {part for scheme in driver.port_naming for part in scheme.index}
    given |= {lookup.gives for lookup in driver.lookups} | GIVEN_BY_PROBES
    for group, spec in _objects(driver):
        for name in placeholders(spec.oid):
            what = f"{group}.{spec.field}: nothing gives {{{name}}}"
            _demand(driver, name in given, what)


def check_every_change_can_be_made_somewhere(driver: AccessDriver) -> None:
    """A change whose objects no port of the node can fill would be offered and always refused."""
    words = dict.fromkeys(
        (
            *(word for one in driver.port_naming for word in re.compile(one.pattern).groupindex),
            *MAC_WORDS,
        ),
        "1",
    )
    parts = {**dict.fromkeys(GIVEN_BY_PROBES, "1"), **index_for(driver).parts}
    given = {part for scheme in driver.port_naming for part in scheme.index}
    given |= {lookup.gives for lookup in driver.lookups} | GIVEN_BY_PROBES
    known = {name: part for name, part in parts.items() if name in given}
    port = PortIndex(name="any", parts=known, words=words, groups=())
    for name, spec in driver.actions.items():
        capability = driver.capabilities.get(name)
        if capability is None or capability.state is not CapabilityState.DONE:
            continue
        _demand(driver, spec.fitting(port).fits(port), f"{name}: no port has all its parts")
        one: ActionSpec | None = spec
        while one is not None:
            typed = any(isinstance(step, CliStep) for step in one.steps)
            _demand(driver, not typed or driver.cli_platform, f"{name}: lines for what platform?")
            one = one.otherwise


def check_plans_name_mib_and_object(driver: AccessDriver) -> None:
    """Somebody consents to what they read; `L2MGMT-MIB of` would be nothing to consent to."""
    port = index_for(driver)
    for spec in driver.actions.values():
        for one in filter(None, (spec, spec.otherwise)):
            for name in object_names(one, driver, port):
                told = re.fullmatch(r"\S+ \S*[A-Z0-9]\S*", name)
                _demand(driver, told, f"{spec.id}: {name!r} names no object of a MIB")


def index_for(driver: AccessDriver) -> PortIndex:
    """Make an index in which every placeholder of a driver has a value."""
    names = {part for scheme in driver.port_naming for part in scheme.index}
    names |= {lookup.gives for lookup in driver.lookups}
    return PortIndex(
        name=INDEX.name,
        parts={**dict.fromkeys(sorted(names), "5"), **INDEX.parts},
        words={},
        groups=(),
    )


GIVEN_BY_PROBES: Final = frozenset({"vlan", "mac", "address", "base_port", "channel"})
"""Placeholders that probes fill from the inventory or from earlier answers."""


def synthetic_answers(specs: tuple[ObjectSpec, ...], index: PortIndex) -> Mapping[Oid, SnmpValue]:
    """Make an agent's answer to a group: one plausible raw value per object.

    Args:
        specs: the group's objects.
        index: of which port.

    Returns:
        Raw values by oid, within each object's range and off its sentinels.
    """
    return {spec.at(index): _plausible(spec) for spec in specs}


def _plausible(spec: ObjectSpec) -> SnmpValue:
    match spec.type:
        case "text_number":
            return next(text for text in _NUMBER_TEXTS if re.search(spec.pattern, text.decode()))
        case "bits":
            bit = next(number for number, word in spec.values.items() if word in spec.true_when)
            octets = bytearray(max(spec.values) // 8 + 1)
            octets[bit // 8] = 0x80 >> bit % 8
            return bytes(octets)
        case "enum":
            return next(number for number in spec.values if number not in spec.sentinels)
        case "integer" | "unsigned" | "ticks":
            least, greatest = spec.raw_range or (1, 10_000)
            candidates = range(least, greatest + 1)
            return next(number for number in candidates if number not in spec.sentinels)
        case _:
            return _PLAUSIBLE[spec.type]


_PLAUSIBLE: Final[Mapping[str, SnmpValue]] = {
    "text": b"port 7\0",
    "row": 7,
    "object_id": "1.3.6.1.4.1.8072",
    "ipv4": "192.0.2.7",
    "inet_address": bytes((192, 0, 2, 7)),
    "mac": bytes((2, 0, 94, 0, 0, 1)),
    "port_list": bytes((0b0000_0010,)),
    "gpon_serial": b"HWTC\x1a\x2b\x3c\x4d",
    "date_time": bytes((0x07, 0xE8, 3, 1, 12, 0, 0, 0)),
}


def _misencoded(spec: ObjectSpec, sentinel: int) -> tuple[int, ...]:
    """Give the same 32 bits as an agent with the wrong sign would send them."""
    if spec.type in {"unsigned", "ticks"} and sentinel >= 2**31:
        return (sentinel - 2**32,)
    if spec.type == "integer" and sentinel < 0:
        return (sentinel + 2**32,)
    return ()


def _objects(driver: AccessDriver) -> list[tuple[str, ObjectSpec]]:
    return [(group, spec) for group, specs in driver.groups.items() for spec in specs]


def _demand(driver: AccessDriver | RouterDriver, holds: object, otherwise: str) -> None:
    if not holds:
        msg = f"{driver.file}: {otherwise}"
        raise AssertionError(msg)


_ONLINE: Final = Fields({"status": "operational"}, "cmts-1", "cable_modem")


def _binding(fields: Fields) -> object:
    told = fields.values
    return dhcp_binding(
        fields,
        mac=None if "mac" in told else "02:00:5e:00:00:01",
        address=None if "address" in told else "192.0.2.7",
    )


_BUILDERS: Final[Mapping[str, Callable[[Fields], object]]] = {
    "node_system": node_system,
    "port_status": lambda fields: port_status(fields, 1007, 1000.0, 1e9),
    "port_speed": port_speed,
    "port_counters": lambda fields: port_counters(fields, 1000.0),
    "line_quality_vdsl2": lambda fields: line_quality(fields, "vdsl2"),
    "line_quality_adsl": lambda fields: line_quality(fields, "adsl"),
    "line_quality_gfast": lambda fields: line_quality(fields, "gfast"),
    "port_config": port_config,
    "port_power": port_power,
    "port_security": port_security,
    "cable_test": cable_test,
    "dhcp_bindings": _binding,
    "ont_state": lambda fields: ont_state(fields, 1e9),
    "ont_optics": ont_optics,
    "ont_errors": ont_errors,
    "cable_modem": lambda fields: cable_modem(fields, {}),
    "cable_modem_upstreams": lambda fields: cable_modem(_ONLINE, {4: fields}),
    "modem_self": lambda fields: modem_channels(fields, {}, {}, 0),
    "modem_downstreams": lambda fields: modem_channels(_ONLINE, {4: fields}, {}, 0),
    "modem_upstreams": lambda fields: modem_channels(_ONLINE, {}, {4: fields}, 0),
}

CHECKS: Final[tuple[Callable[[AccessDriver], None], ...]] = (
    check_states_every_capability,
    check_every_object_has_source_and_unit,
    check_sentinels_never_become_numbers,
    check_any_answer_is_decoded_or_missing,
    check_done_groups_give_their_facts,
    check_port_names_lead_to_different_ports,
    check_every_placeholder_can_be_filled,
    check_every_change_can_be_made_somewhere,
    check_plans_name_mib_and_object,
)
