"""The lab's message gateway: codes and passwords reach the customer, and nobody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from lab_home import home_of
from second_line import PROVEN, Second

from cpe_diag.lab.control import LabClient, LabRefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from running_lab import RunningLab

pytestmark = pytest.mark.lab

HOME = "sub-3005"
PASSWORD = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}")


async def test_a_made_password_reaches_the_phone_and_the_air_and_no_place_of_ours(
    lab: RunningLab, tmp_path: Path
) -> None:
    """By default nobody of the staff ever sees it: it is made, set, sent and forgotten."""
    second = Second(lab=lab, place=tmp_path, subscriber=HOME)
    status, said, errors = second.do("wifi", "set-password")
    assert status == PROVEN, said + errors
    (message,) = LabClient(lab.folder).messages(HOME)
    found = PASSWORD.search(message)
    assert found is not None
    conf = await home_of(lab, HOME).ssh("cat /var/run/hostapd-phy0.conf")
    assert f"wpa_passphrase={found[0]}\n" in conf
    assert found[0] not in said + errors
    files = [path for place in (tmp_path, lab.folder) for path in place.rglob("*")]
    held = [path for path in files if path.is_file() and found[0].encode() in path.read_bytes()]
    assert held == []


def test_a_consent_is_given_by_the_code_on_the_phone(lab: RunningLab, tmp_path: Path) -> None:
    """The customer reads back six digits that nobody here has seen."""
    second = Second(lab=lab, place=tmp_path, subscriber="sub-3006")
    document = second.plan("wifi", "set-ssid", "By Code")
    plan = (*("-s", "sub-3006", "--action", "wifi.set_ssid"), "--digest", document["digest"])
    status, said, errors = second.run("consent", "ask", *plan, "--via", "code")
    assert status == PROVEN, errors
    message = LabClient(lab.folder).messages("sub-3006")[-1]
    code = re.search(r"\b[0-9]{6}\b", message)
    assert code is not None
    assert code[0] not in said + errors
    status, _said, errors = second.run(
        *("consent", "record", *plan, "--given-by", "C", "--identity", "one_time_code"),
        *("--code", "-"),
        typed=f"{code[0]}\n",
    )
    assert status == PROVEN, errors
    done = second.run(
        *("wifi", "set-ssid", "By Code", "-s", "sub-3006", "--confirm", document["digest"])
    )
    assert done[0] == PROVEN, done


def test_nobody_has_the_phone_of_a_home_that_is_not_there(lab: RunningLab) -> None:
    """A slip of the pen is told, and no other phone is shown."""
    with pytest.raises(LabRefusedError, match="no home 'sub-9'"):
        LabClient(lab.folder).messages("sub-9")
