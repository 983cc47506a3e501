"""What stands behind the wire of a test: further routers, a second resolver, portals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from field_wire import Wire

REFERENCE: Final = "203.0.113.80"
PORTAL: Final = "203.0.113.200"
PORTAL_PAGE: Final = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Portal(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[2]))
        if len(sys.argv) > 3:
            self.send_header("Location", sys.argv[3])
        self.end_headers()
        self.wfile.write(b"please pay")

    def log_message(self, *words):
        pass


HTTPServer((sys.argv[1], 80), Portal).serve_forever()
"""
"""Answers every page in the same way."""


def names(wire: Wire, host: str, address: str, *more: str) -> None:
    """Let a host be a resolver that knows the reference alone."""
    wire.start(
        host,
        *("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv"),
        *("--no-hosts", f"--listen-address={address}", "--bind-interfaces"),
        f"--pid-file={wire.folder}/{host}-{address}.names",
        *more,
    )


CUTS_ANSWERS: Final = """
import socketserver
import sys

from dns.flags import TC
from dns.message import from_wire, make_response
from dns.rrset import from_text


class Udp(socketserver.BaseRequestHandler):
    def handle(self):
        answer = make_response(from_wire(self.request[0]))
        answer.flags |= TC
        self.request[1].sendto(answer.to_wire(), self.client_address)


class Tcp(socketserver.StreamRequestHandler):
    def handle(self):
        asked = from_wire(self.rfile.read(int.from_bytes(self.rfile.read(2), "big")))
        answer = make_response(asked)
        answer.answer.append(from_text(asked.question[0].name, 60, "IN", "A", sys.argv[2]))
        text = answer.to_wire()
        self.wfile.write(len(text).to_bytes(2, "big") + text)


udp = socketserver.ThreadingUDPServer((sys.argv[1], 53), Udp)
socketserver.threading.Thread(target=udp.serve_forever, daemon=True).start()
socketserver.ThreadingTCPServer((sys.argv[1], 53), Tcp).serve_forever()
"""
"""A resolver whose answers are whole by TCP alone (RFC 7766)."""


def cuts_answers(wire: Wire, host: str, address: str) -> None:
    """Let a host be a resolver that gives its answers by TCP alone."""
    wire.start(host, sys.executable, "-c", CUTS_ANSWERS, address, REFERENCE)
    wire.awaited(host, f"{address}:53")


def diverts(wire: Wire, host: str, *rules: str) -> None:
    """Let a host send what comes by elsewhere."""
    chain = "\n".join(rules)
    text = (
        f"table ip d {{\nchain p {{\ntype nat hook prerouting priority dstnat;\n{chain}\n}}\n}}\n"
    )
    wire.run(host, "nft", "-f", "-", text=text)


def takes_names(wire: Wire, host: str, mine: str) -> None:
    """Whatever resolver is asked by way of a host, one of its own answers, at `mine`."""
    names(wire, host, mine, f"--host-record=reference.example,{REFERENCE}")
    diverts(wire, host, f"ip daddr != {mine} udp dport 53 dnat to {mine}")


def invents_names(wire: Wire, host: str) -> None:
    """Whatever does not exist has the address of a search page for the operator's resolver."""
    wire.run(host, "ip", "addr", "add", f"{PORTAL}/32", "dev", "lo")
    known = f"--host-record=reference.example,{REFERENCE}"
    names(wire, host, PORTAL, known, f"--address=/#/{PORTAL}")
    diverts(wire, host, f"ip daddr {REFERENCE} udp dport 53 dnat to {PORTAL}")


def walls_in(wire: Wire, host: str, mine: str, *answer: str) -> None:
    """Every page that is asked for by way of a host is one of its own, at `mine`."""
    wire.start(host, sys.executable, "-c", PORTAL_PAGE, mine, *answer)
    wire.awaited(host, f"{mine}:80")
    diverts(wire, host, f"ip daddr != {mine} tcp dport 80 dnat to {mine}")


def behind(wire: Wire, nearer: str, host: str, near: str, far: str) -> None:
    """Let a host be one hop more behind another.

    Args:
        wire: on which the operator is the first hop.
        nearer: name of the one before it.
        host: its name.
        near: address of the one before it, on the way between the two.
        far: address of the host there.
    """
    wire.add(host)
    link = ("ip", "link", "add", f"to-{host}", "type", "veth", "peer", "name", "up0")
    wire.run(nearer, *link, "netns", wire.space(host))
    for words in (
        ("addr", "add", f"{near}/24", "dev", f"to-{host}"),
        ("link", "set", f"to-{host}", "up"),
        ("route", "add", "203.0.113.0/24", "via", far),
    ):
        wire.run(nearer, "ip", *words)
    for words in (
        ("addr", "add", f"{far}/24", "dev", "up0"),
        ("link", "set", "up0", "up"),
        ("link", "set", "lo", "up"),
        ("route", "add", "default", "via", near),
    ):
        wire.run(host, "ip", *words)
    for one in (nearer, host):
        wire.run(one, "sysctl", "-qw", "net.ipv4.ip_forward=1")


def translates(wire: Wire, host: str, further: str) -> None:
    """Let a host give its own address to what goes further."""
    text = (
        "table ip s {\nchain p {\ntype nat hook postrouting priority srcnat;\n"
        f'oifname "to-{further}" masquerade\n}}\n}}\n'
    )
    wire.run(host, "nft", "-f", "-", text=text)


def forwards_nothing(wire: Wire, host: str) -> None:
    """What would go further than a host vanishes there."""
    rules = "table ip f { chain c { type filter hook forward priority 0; policy drop; }\n}\n"
    wire.run(host, "nft", "-f", "-", text=rules)


def announces_itself(wire: Wire, host: str, prefix: str, flags: str = "") -> None:
    """Let a host say that it is the IPv6 way out; with further words of radvd.conf(5)."""
    wire.run(host, "ip", "-6", "addr", "add", f"{prefix}1/64", "dev", "eth0", "nodad")
    wire.run(host, "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")
    file = wire.folder / f"{host}.radvd"
    file.write_text(
        f"interface eth0 {{ AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; {flags}"
        f" prefix {prefix}/64 {{ }}; }};\n",
        encoding="utf-8",
    )
    wire.start(host, "radvd", "-n", "-C", str(file), "-p", f"{file}.pid")


ANSWERS_ALL: Final = """
import socket

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
wire.bind(("eth0", 0x0806))
own = wire.getsockname()[4]
while True:
    asked = wire.recv(2000)
    if asked[20:22] == b"\\0\\1" and asked[6:12] != own:
        head = asked[6:12] + own + asked[12:20] + b"\\0\\2"
        wire.send(head + own + asked[38:42] + asked[22:32])
"""
"""RFC 1027: whatever address is asked for by ARP, it is here."""


def answers_for_all(wire: Wire, host: str) -> None:
    """Let a host answer for whatever address is asked for."""
    wire.start(host, sys.executable, "-c", ANSWERS_ALL)


def takes_a_stream(wire: Wire, laptop: str, bps: int) -> None:
    """Let the operator send the laptop UDP that fills the line, and the laptop say nothing."""
    rules = "table ip q { chain c { type filter hook input priority 0; udp dport 9 drop; }\n}\n"
    wire.run("laptop", "nft", "-f", "-", text=rules)
    sender = str(Path(__file__).parent / "foreign_stream.py")
    words = ("chrt", "-o", "0", sys.executable, sender, laptop, str(bps))
    wire.start("operator", *words)  # as fast as it says, whatever else runs here


def takes_small_frames(wire: Wire) -> None:
    """What is longer than 1,400 bytes vanishes."""
    rules = (
        "table netdev t { chain c { type filter hook ingress device laptop priority 0;"
        " meta length > 1400 drop; }\n}\n"
    )
    wire.run("switch", "nft", "-f", "-", text=rules)
