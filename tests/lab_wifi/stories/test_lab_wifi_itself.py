"""The Wi-Fi lab itself: what later tests take for granted is so."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from stations import Joining, stations

if TYPE_CHECKING:
    from guest_machine import Machine

pytestmark = pytest.mark.lab_wifi


def test_a_station_with_the_password_joins_and_one_without_cannot(machine: Machine) -> None:
    """Else no proof of a changed password would prove anything."""
    right, wrong = stations(machine)
    assert right.join("LabHome", "old password 1")[0] is Joining.CONNECTED
    assert wrong.join("LabHome", "old password 2")[0] is Joining.WRONG_KEY
    assert right.get_address().startswith("192.168.1.")


def test_both_bands_are_on_air_and_an_unknown_network_is_not(machine: Machine) -> None:
    """What is not heard is not there; a scan that hears nothing at all would say so as well."""
    first, _ = stations(machine)
    assert first.heard(6, 36) == {
        "02:00:00:00:00:00": "LabHome",
        "02:00:00:00:01:00": "LabHome",
    }
    assert first.join("Elsewhere", "old password 1", patience_s=4)[0] is Joining.NOT_FOUND


def test_a_device_reaches_the_operators_web_server_through_the_router(machine: Machine) -> None:
    """DHCP, name service and translation of addresses work from end to end."""
    said = machine.guest(
        "busybox udhcpc -f -q -n -i eth0 -s /lab/udhcpc-device >/dev/null 2>&1; "
        "busybox wget -q -O - http://$(busybox nslookup -type=a www.example.com 192.168.1.1"
        " | sed -n 's/^Address: //p')/",
        namespace="lan1",
    )
    assert "www.example.com of the lab" in said.text


def test_ssh_answers_on_loopback(machine: Machine) -> None:
    """The only way in; nothing of the guest reaches the world."""
    with socket.create_connection(("127.0.0.1", machine.ssh_port), timeout=20) as connection:
        assert connection.recv(64).startswith(b"SSH-2.0-dropbear")


def test_what_is_on_the_disk_outlives_a_power_cut_and_all_else_does_not(
    machine: Machine,
) -> None:
    """A router that forgot everything would pass for one that reverts."""
    machine.guest("echo kept >/etc/marker; sync; echo lost >/run/marker; echo lost >/etc/unsynced")
    machine.power_cut()
    machine.wait_for_air()
    assert machine.guest("cat /etc/marker; cat /run/marker").text.startswith("kept\ncat: ")


def test_the_guest_has_delay_loss_and_vlans(machine: Machine) -> None:
    """The kernels of build machines often have none of it; tests of access lines need it."""
    said = machine.guest(
        "ip link add link wan0 name wan0.35 type vlan id 35 && "
        "tc qdisc add dev wan0 root netem delay 40ms 5ms loss 1% && tc qdisc show dev wan0 && "
        "ip -d link show dev wan0.35"
    )
    assert said.status == 0, said.text
    assert "netem" in said.text
    assert "vlan protocol 802.1Q id 35" in said.text


def test_a_pppoe_session_with_chap_comes_up_and_a_wrong_password_is_told(
    machine: Machine,
) -> None:
    """Status 19 of pppd (pppd(8)): we could not authenticate ourselves to the peer."""
    machine.guest("printf 'u * p *\\n' >/etc/ppp/chap-secrets; echo require-chap >/run/isp-ppp")
    machine.guest(
        "pppoe-server -I port0 -L 198.51.100.1 -R 198.51.100.200 -O /run/isp-ppp", namespace="isp"
    )
    dial = "pppd plugin pppoe.so wan0 user u password {} noauth nopersist maxfail 1 {}"
    up = machine.guest(dial.format("p", "updetach") + " && ip -4 addr show dev ppp0")
    assert up.status == 0, up.text
    assert "inet 198.51.100.200 peer 198.51.100.1/32" in up.text
    refused = machine.guest(dial.format("wrong", "nodetach"))
    assert refused.status == 19, refused.text
