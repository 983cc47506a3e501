"""A PPPoE session from a real wall port: pppoe-server and pppd, in a machine that has PPP.

The kernel outside may lack it, so that the concentrator is the virtual machine of the Wi-Fi lab,
joined to the wire by a tap. What needs no session is tried with the concentrator beside it.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any, Final

import pytest
from capturing import capturing
from debian_packages import LabMissingError
from guest_home import TAPS
from guest_machine import Machine
from made_image import HOME, HOME_WORDS, made_image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from field_wire import Wire

WALL: Final = "wall_port"
ON_PPPOE: Final = "{wan: pppoe}"
USER: Final = "wall"
PASSWORD: Final = "at-the-wall"
ADDRESS: Final = "198.51.100.99"
LAPTOP: Final = "02:00:5e:40:00:03"
CONCENTRATOR: Final = """
set -e
sed s/require-chap/require-{by}/ /etc/ppp/concentrator >/etc/ppp/wall
sed -i s,/run/bng-ppp.log,/run/wall-ppp.log, /etc/ppp/wall
{more}
echo '{account}' >>/etc/ppp/chap-secrets
cp /etc/ppp/chap-secrets /etc/ppp/pap-secrets
setsid pppoe-server -F -I core -C bras-1 -L 198.51.100.1 -N 8 -O /etc/ppp/wall >/dev/null 2>&1 &
"""


WORLD: Final = """
set -e
for one in 203.0.113.80 203.0.113.53 203.0.113.99; do ip addr add $one/32 dev lo; done
for one in 203.0.113.80 203.0.113.53; do
  dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --listen-address=$one --bind-interfaces \\
    --host-record=reference.example,203.0.113.80 --local=/example/ --pid-file=/run/world-$one.pid
done
mkdir -p /run/world
echo well >/run/world/index.html
busybox httpd -p 203.0.113.80:80 -h /run/world
"""
NARROW: Final = """
nft add table ip narrow
nft 'add chain ip narrow c { type filter hook input priority 0 ; }'
nft add rule ip narrow c meta length '>' 1400 drop
"""
NOTED: Final = (
    r"Chat/Sequence\): Connection (?:establish request|reset)",
    r"Warning/Sequence\): No response seen",
    r"Warning/Sequence\): Connection reset",
    r"Note/Sequence\): This frame is a \(suspected\) retransmission",
    r"\w+/Protocol\): DNS query retransmission",
    r'Note/Sequence\): "Time To Live" only \d',
    r"Chat/Sequence\): Possible traceroute: hop #\d+, attempt #\d+",
)
"""A question that nobody answers is sent again, a connection is dropped at once, and packets of a
trace may take few hops: on purpose."""


@pytest.fixture
def bras(wire: Wire) -> Iterator[Machine]:
    """Give a machine with a concentrator that is not started yet, joined to the wire."""
    for words in (
        ("tuntap", "add", "dev", "tap-core", "mode", "tap"),
        ("tuntap", "add", "dev", "tap-inet", "mode", "tap"),
        ("link", "set", "tap-core", "master", "br0", "up"),
        ("link", "set", "tap-inet", "up"),
    ):
        wire.run("switch", "ip", *words)
    try:
        image = made_image()
    except LabMissingError as error:
        pytest.fail(f"the virtual machine cannot be made: {error}", pytrace=False)
    disk = wire.folder / "disk.qcow2"
    shutil.copyfile(image / HOME, disk)
    within = ("ip", "netns", "exec", wire.space("switch"))
    with Machine(
        image=image, disk=disk, network=TAPS, kernel_words=HOME_WORDS, within=within
    ) as machine:
        yield machine


def serve(machine: Machine, by: str = "chap", *options: str) -> None:
    """Start the concentrator."""
    more = "\n".join(f"echo {one} >>/etc/ppp/wall" for one in options)
    account = f"{USER} * {PASSWORD} {ADDRESS}"
    script = CONCENTRATOR.format(by=by, more=more, account=account)
    said = machine.guest(script, namespace="bng")
    assert said.status == 0, said.text
    machine.wait_until("pidof pppoe-server | grep -q ' '", namespace="bng")


def expected(notes: str) -> bool:
    """Tell whether tshark notes nothing of a frame but what it always does of such packets."""
    kept = re.sub(rf"Expert Info \((?:{'|'.join(NOTED)})[^,]*,?", "", notes)
    return not kept.strip()


def behind(machine: Machine) -> None:
    """Let the reference and two resolvers be behind the concentrator."""
    said = machine.guest(WORLD, namespace="bng")
    assert said.status == 0, said.text


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and cause."""
    return document["verdict"]["domain"], document["verdict"]["cause"]


def session(document: dict[str, Any]) -> dict[str, Any]:
    """Give what the session told."""
    key = "field_session[wall_port]"
    facts = document["evidence"]["facts"]
    found: dict[str, Any] = next(one["value"] for one in facts if one["key"] == key)
    return found


@pytest.mark.parametrize(("by", "name"), [("chap", "CHAP-MD5"), ("pap", "PAP")])
def test_a_session_opens_at_the_wall_and_nothing_of_it_stays(
    wire: Wire, bras: Machine, by: str, name: str
) -> None:
    """Address and packet size are told; pppd says that we have ended it; tshark finds no fault."""
    serve(bras, by)
    wire.session(USER, PASSWORD)
    file = wire.folder / "session.pcap"
    sniffer = wire.start("switch", "tcpdump", "-i", "laptop", "-U", "-w", str(file))
    while b"listening on" not in (wire.folder / "0.log").read_bytes():
        assert sniffer.poll() is None
    document = wire.check("--at", WALL, service=ON_PPPOE)
    told = session(document)
    assert (told["end"], told["authentication"]) == ("opened", name)
    assert (told["concentrator"], told["address"]) == ("bras-1", ADDRESS)
    assert told["mtu_bytes"] == 1492
    assert told["closed"] is True
    assert told["frames_sent"] <= 16
    bras.wait_until("grep -q 'LCP terminated by peer' /run/wall-ppp.log")
    bras.wait_until(f"! ip -4 -o addr | grep -q {ADDRESS}", namespace="bng")
    sniffer.terminate()
    sniffer.wait()
    shown = wire.run(
        "switch",
        *("tshark", "-r", str(file), "-Y", f"eth.src == {LAPTOP} && (pppoed || pppoes)"),
        *("-T", "fields", "-e", "frame.protocols", "-e", "_ws.malformed", "-e", "_ws.expert"),
    )
    frames = [line.split("\t") for line in shown.splitlines()]
    spoken = {part for one in frames for part in one[0].split(":")}
    assert {"pppoed", "pppoes", "lcp", by, "ipcp"} <= spoken
    assert {one[1] for one in frames} == {""}
    assert {one[2] for one in frames if not expected(one[2])} == set()
    assert PASSWORD not in str(document)


def test_a_line_of_sessions_is_judged_from_inside_its_session(wire: Wire, bras: Machine) -> None:
    """The laptop takes no address: healthy is healthy, and a black hole inside is measured."""
    serve(bras, "chap", "+ipv6")
    behind(bras)
    wire.session(USER, PASSWORD)
    wire.run("laptop", "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1")
    dry = wire.check("--dry-run", service=ON_PPPOE)
    with capturing(wire) as captured:
        document = wire.check("--at", WALL, service=ON_PPPOE)
    assert captured.unannounced(dry) == {}
    assert 40 < len(captured.read("pppoes", "frame.number")) <= dry["most"]["session"]
    inside = session(document)["inside"]
    assert inside["ipv6"]["agreed"] is True
    assert (inside["train"]["received"], inside["size"]["largest_bytes"]) == (20, 1492)
    assert inside["names"]["operator"]["addresses"] == ["203.0.113.80"]
    assert (inside["page"]["status"], inside["page"]["text_there"]) == (200, True)
    for kind in ("udp", "tcp", "icmp"):
        way = inside["trace"][kind]
        assert (way["reached"], way["hops"][-1]["address"]) == (True, "203.0.113.80"), kind
    assert verdict(document) == ("none", "no_fault")
    bras.guest("echo please pay >/run/world/index.html", namespace="bng")
    assert verdict(wire.check("--at", WALL, service=ON_PPPOE)) == ("network", "wall_walled_in")
    bras.guest("echo well >/run/world/index.html", namespace="bng")
    said = bras.guest(NARROW, namespace="bng")
    assert said.status == 0, said.text
    document = wire.check("--at", WALL, service=ON_PPPOE)
    assert session(document)["inside"]["size"]["largest_bytes"] == 1400
    assert verdict(document) == ("network", "wall_small_only")


def test_without_a_login_it_is_said_who_answers_and_how_to_go_on(wire: Wire) -> None:
    """The concentrator answers; whether a session opens nobody knows, and it says so."""
    wire.pppoe("operator", "bras-1")
    document = wire.check("--at", WALL, service=ON_PPPOE)
    assert verdict(document)[0] == "undetermined"
    told = document["verdict"]
    assert told["title"] == "The line answers at the wall port; its session was not tried"
    assert "bras-1 (02:00:5e:40:00:01) offers sessions; none was opened" in told["summary"]
    assert told["next_action"].startswith("Name the line's login")


@pytest.mark.parametrize("by", ["chap", "pap"])
def test_a_wrong_password_is_told_and_not_shown(wire: Wire, bras: Machine, by: str) -> None:
    """The refusal is pppd's own; the account's desk goes on with it."""
    serve(bras, by)
    wire.session(USER, "not-this-one")
    document = wire.check("--at", WALL, service=ON_PPPOE)
    assert session(document)["end"] == "login_refused"
    assert verdict(document) == ("network", "wall_auth_refused")
    assert "not-this-one" not in str(document)


def test_a_login_without_an_address_is_told(wire: Wire, bras: Machine) -> None:
    """The other end takes the login, and speaks no IP."""
    serve(bras, "chap", "noip")
    wire.session(USER, PASSWORD)
    document = wire.check("--at", WALL, service=ON_PPPOE)
    assert session(document)["end"] == "no_address"
    assert verdict(document) == ("network", "wall_session_no_address")


def test_a_concentrator_that_ends_sessions_at_once_is_told(wire: Wire) -> None:
    """A real pppoe-server whose pppd cannot run, as in a kernel without PPP."""
    wire.session(USER, PASSWORD)
    server = ("pppoe-server", "-F", "-I", "eth0", "-C", "bras-1", "-q", "/bin/false")
    wire.start("operator", *server)
    document = wire.check("--at", WALL, service=ON_PPPOE)
    assert session(document)["end"] == "not_agreed"
    assert verdict(document) == ("network", "wall_session_breaks")


def test_without_a_concentrator_no_session_is_asked_for(wire: Wire) -> None:
    """Nobody has offered one, neither the laptop nor the router."""
    wire.session(USER, PASSWORD)
    router = "02:00:5e:40:00:99"
    document = wire.check("--at", WALL, "--as-router", router, service=ON_PPPOE)
    assert verdict(document) == ("network", "wall_no_session")
