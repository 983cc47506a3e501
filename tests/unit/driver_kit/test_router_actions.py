"""A driver's changes: read whole, and refused where they would be unsafe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.domain.router_plan import Way
from cpe_diag.driver_kit.capabilities import ROUTER_CAPABILITIES
from cpe_diag.driver_kit.quoting import QUOTINGS
from cpe_diag.driver_kit.router_action_spec import Target
from cpe_diag.driver_kit.router_file import parse_router_driver
from cpe_diag.driver_kit.yaml_source import read_yaml

if TYPE_CHECKING:
    from cpe_diag.driver_kit.router import RouterDriver

REVERT = """
revert:
  words: a timer on the router takes it back
  window_s: 60
  source: this test alone
  arm: [{run: arm it, label: arm}]
  state: [{run: tell it, label: state}]
  keep: [{run: keep it, label: keep}]
  back: [{run: go back, label: back}]
"""
ACTIONS = """
actions:
  wifi.set_password:
    outage_s: 5
    source: this test alone
    apply:
      - run: uci batch
        stdin: "set wireless.{settings}.key={password}\\n"
        quote: uci
        label: set the key
  router.reboot:
    outage_s: 60
    source: this test alone
    apply: [{run: reboot, label: reboot, goes_away: true}]
"""
DONE = ("wifi.set_password", "router.reboot")


def parse(text: str, done: tuple[str, ...] = DONE) -> RouterDriver:
    """Read a driver file with these changes stated as done."""
    stated = "".join(
        f"  {name}: {{state: done, verified: documentation}}\n"
        if name in done
        else f"  {name}: {{state: exempt, reason: not in this test}}\n"
        for name in ROUTER_CAPABILITIES
    )
    head = f"kind: router\ntitle: A router\ndialect: posix_shell\ncapabilities:\n{stated}"
    return parse_router_driver(read_yaml(head + text, "a_router.yaml"), "a_router", None)


def told(text: str, done: tuple[str, ...] = DONE) -> str:
    """Give the faults of a driver file."""
    with pytest.raises(DefinitionError) as caught:
        parse(text, done)
    return str(caught.value)


def test_changes_are_read_with_what_they_are_done_to() -> None:
    """A change of Wi-Fi is armed and per network, a restart happens once."""
    driver = parse(REVERT + ACTIONS)
    password, reboot = (driver.actions[name] for name in DONE)
    assert (password.way, password.target) == (Way.ARMED, Target.NETWORK)
    assert (reboot.way, reboot.target) == (Way.ONCE, Target.ROUTER)
    assert reboot.apply[0].goes_away
    assert password.apply[0].quote == "uci"
    assert driver.revert is not None
    assert driver.revert.window_s == 60


def test_a_password_on_a_command_line_is_refused() -> None:
    """Everybody on the router can read the arguments of its processes."""
    seen = ACTIONS.replace("run: uci batch", "run: uci set wireless.x.key={password}")
    assert "process list" in told(REVERT + seen)


def test_an_armed_change_without_a_way_back_of_the_router_is_refused() -> None:
    """Nobody may be stranded because we vanished."""
    assert "it needs `revert`" in told(ACTIONS)


def test_values_on_standard_input_need_a_form() -> None:
    """Without one, a quote in a name would end it."""
    bare = ACTIONS.replace("        quote: uci\n", "")
    assert "in which form" in told(REVERT + bare)


def test_stated_and_written_changes_agree() -> None:
    """Nothing is listed as done that is not there, and nothing hides."""
    assert "actions.wifi.set_ssid is not there" in told(REVERT + ACTIONS, (*DONE, "wifi.set_ssid"))
    assert "actions.router.reboot is there" in told(REVERT + ACTIONS, ("wifi.set_password",))


@pytest.mark.parametrize("name", sorted(QUOTINGS))
def test_what_a_form_cannot_carry_is_refused(name: str) -> None:
    """A line feed in a value would be a second command on an input read line by line."""
    whole = {"posix": "'a\nb'", "routeros": '"a\\0Ab"'}
    if name in whole:
        assert QUOTINGS[name]("a\nb") == whole[name]
        return
    with pytest.raises(ValueError, match="line"):
        QUOTINGS[name]("a\nreboot")
