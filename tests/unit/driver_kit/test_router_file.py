"""A router driver's file: what is wrong with it is said at once, and words stay words."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.driver_kit.capabilities import ROUTER_CAPABILITIES
from cpe_diag.driver_kit.dialects import fill
from cpe_diag.driver_kit.posix_shell import quote
from cpe_diag.driver_kit.redaction import redact_answer
from cpe_diag.driver_kit.router_file import parse_router_driver
from cpe_diag.driver_kit.secret_words import LEFT_OUT, without_secrets
from cpe_diag.driver_kit.yaml_source import read_yaml

if TYPE_CHECKING:
    from cpe_diag.driver_kit.router import RouterDriver

EXEMPT = "".join(
    f"  {name}: {{state: exempt, reason: not in this test}}\n"
    for name in ROUTER_CAPABILITIES
    if name != "ping"
)
GOOD = f"""\
kind: router
title: A router
capabilities:
  ping: {{state: done, verified: documentation}}
{EXEMPT}questions:
  ping:
    source: a document
    commands:
      - {{run: 'ping -c 1 {{target}}', label: ping, times: 3, raw: text}}
allowed_keys: [ssid]
"""

DETECT = """\
detect:
  source: a document
  commands: [{run: uname -s, label: who it is, raw: text}]
  pattern: ^A router
  variants: {A fork: ^A fork}
"""


def readers() -> ModuleType:
    """Make a module with one reader."""
    module = ModuleType("readers")
    vars(module)["ping"] = lambda _answers, _context: "read"
    return module


def parse(text: str) -> RouterDriver:
    """Parse a file's text."""
    return parse_router_driver(read_yaml(text, "a_router.yaml"), "a_router", readers())


def faults(text: str) -> str:
    """Give what is wrong with a file."""
    with pytest.raises(DefinitionError) as caught:
        parse(text)
    return str(caught.value)


def test_a_good_file_is_a_driver() -> None:
    """Commands repeat as often as the file says."""
    driver = parse(GOOD)
    assert [command.text for command in driver.questions["ping"].commands] == [
        "ping -c 1 {target}"
    ] * 3
    assert driver.allowed_keys == {"ssid"}


def test_every_fault_is_named_with_its_place() -> None:
    """A driver's author mends a file once, not once for each fault."""
    wrong = GOOD.replace("'ping -c 1 {target}'", "'ping -c 1 \"{target}\"'")
    wrong = wrong.replace("  router.reboot: {state: exempt, reason: not in this test}\n", "")
    wrong += "dialect: cmd_exe\n"
    told = faults(wrong)
    assert "a_router.yaml:" in told
    assert "{target} must stand as a word of its own" in told
    assert "router.reboot is not stated" in told
    assert "dialect" in told


def test_a_detection_is_read_with_its_variants() -> None:
    """And its raw answer is kept like any other's."""
    detect = parse(GOOD + DETECT).detect
    assert detect is not None
    assert [command.text for command in detect.commands] == ["uname -s"]
    assert detect.pattern.search("x\nA router\n")
    assert list(detect.variants) == ["A fork"]
    assert redact_answer(parse(GOOD + DETECT), "who it is", "A router") == "A router"
    assert parse(GOOD).detect is None


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("^A router", "'(A'", "is no regular expression"),
        ("^A router", "'x*'", "fits an empty answer"),
        ("uname -s", "'uname {target}'", "nothing is filled into"),
    ],
)
def test_a_wrong_detection_is_a_fault(before: str, after: str, words: str) -> None:
    """One that fits everything would never notice anything."""
    assert words in faults(GOOD + DETECT.replace(before, after))


def test_a_reader_that_is_not_there_is_a_fault() -> None:
    """Not a traceback at the first subscriber."""
    wrong = GOOD.replace("source: a document", "source: a document\n    reader: pong")
    assert "the reader 'pong' is not in" in faults(wrong)


@pytest.mark.parametrize(
    "text", ["plain", "it's", "$(reboot)", "a b", "`id`", "; rm -rf /", "é\\"]
)
def test_a_value_reaches_the_command_as_one_word(text: str) -> None:
    """Names come from inventories and orders: none of them may become a command."""
    (command, *_) = fill(parse(GOOD).questions["ping"], target=text)
    assert command.text == f"ping -c 1 {quote(text)}"
    assert quote(text).replace("'\\''", "").strip("'").count("'") == 0


@pytest.mark.parametrize("text", ["", "-f", "a\nb", "a\0b"])
def test_a_value_that_could_be_an_option_is_refused(text: str) -> None:
    """Quoting does not keep a value from being read as an option."""
    with pytest.raises(ValueError, match="must not be"):
        fill(parse(GOOD).questions["ping"], target=text)


@pytest.mark.parametrize(
    "line",
    ["psk=topsecret", 'password: "topsecret"', "wpa_passphrase=topsecret", '"key": "topsecret"'],
)
def test_what_is_named_like_a_secret_is_taken_out_of_text(line: str) -> None:
    """The last net under the allow-list."""
    assert without_secrets(f"before {line} after").count("topsecret") == 0
    assert LEFT_OUT in without_secrets(line)


def test_words_about_secrets_stay() -> None:
    """The event of a wrong password is what the log is read for."""
    line = "hostapd: phy0-ap0: AP-STA-POSSIBLE-PSK-MISMATCH 02:00:00:00:01:00"
    assert without_secrets(line) == line
    assert redact_answer(parse(GOOD), "ping", line) == line


@pytest.mark.parametrize(("line", "allowed"), [("", False), ("legacy_algorithms: true\n", True)])
def test_a_platform_may_need_legacy_algorithms(line: str, *, allowed: bool) -> None:
    """A driver says it for all routers of its platform."""
    assert parse(GOOD + line).legacy_algorithms is allowed
