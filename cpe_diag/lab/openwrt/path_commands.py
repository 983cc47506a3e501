"""ping, nslookup and uclient-fetch on the router, in their own words.

busybox 1.36: networking/ping.c, networking/nslookup.c (the "big" nslookup; recordings
dnsmasq_down, wan_static_baddns, wan_cable_out); uclient: uclient-fetch.c.
"""

from __future__ import annotations

import asyncio
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt.names import Reply, Resolved, is_address, resolve
from cpe_diag.lab.openwrt.reach import Outcome, send, site_named
from cpe_diag.lab.openwrt.shell import whole_number

if TYPE_CHECKING:
    from cpe_diag.lab.openwrt.shell import Call

# ping.c: without -c it would go on for ever; the lab's shell ends it.
WITHOUT_COUNT = 100
PING_WAIT_S = 10.0

# nslookup.c: 5 s in all, one repetition within them.
NSLOOKUP_TIMEOUT_S = 5.0

# uclient-fetch.c: its default limit, and its exit statuses.
FETCH_TIMEOUT_S = 30.0
NETWORK_FAILURE = 4
HTTP_FAILURE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _PingOptions:
    count: int
    wait_s: float
    size: int
    interval_s: float
    adaptive: bool
    ends_after_s: float
    quiet: bool
    target: str
    source: str
    by_ipv6: bool


def _ping_options(call: Call) -> _PingOptions | None:
    args = list(call.args)
    values = {"c": float(WITHOUT_COUNT), "W": PING_WAIT_S, "w": math.inf, "s": 56.0, "i": 1.0}
    quiet = adaptive = by_ipv6 = False
    target = source = ""
    while args:
        arg = args.pop(0)
        match = re.fullmatch(r"-([cWwsiItA46q])(.*)", arg)
        if match is None:
            target = arg
            continue
        letter, rest = match.groups()
        quiet = quiet or letter == "q"
        adaptive = adaptive or letter == "A"
        by_ipv6 = by_ipv6 or letter == "6"
        if letter in "cWwsiIt":
            value = rest or (args.pop(0) if args else "")
            if letter == "I":
                source = value
            if letter in values:
                values[letter] = _number(letter, value)
    if not target:
        return None
    return _PingOptions(
        count=int(values["c"]),
        wait_s=values["W"],
        size=int(values["s"]),
        interval_s=values["i"],
        adaptive=adaptive,
        ends_after_s=values["w"],
        quiet=quiet,
        target=target,
        source=source,
        by_ipv6=by_ipv6,
    )


def _number(letter: str, text: str) -> float:
    """Read an argument; ping.c takes a fraction for the interval alone."""
    fraction = letter == "i" and re.fullmatch(r"\d+\.\d+", text)
    return float(text) if fraction else float(whole_number(text))


async def ping(call: Call) -> int:
    """Send echo requests, one a second, or as asked."""
    options = _ping_options(call)
    if options is None:
        call.streams.complain("BusyBox v1.36.1: Usage: ping [OPTIONS] HOST\n")
        return 1
    machine, target = call.machine, options.target
    address = target
    if options.by_ipv6:  # the lab's names have no address of that family
        call.streams.complain(f"ping: bad address '{target}'\n")
        return 1
    if not is_address(target):
        resolved = resolve(machine, target)
        await machine.world.sleep(
            NSLOOKUP_TIMEOUT_S if resolved.reply is Reply.TIMEOUT else resolved.took_s
        )
        if resolved.reply is not Reply.ANSWERED:
            call.streams.complain(f"ping: bad address '{target}'\n")
            return 1
        address = resolved.addresses[0]
    origin = f" from {options.source}" if options.source else ""
    call.streams.say(f"PING {target} ({address}){origin}: {options.size} data bytes\n")
    return await _echoes(call, options, address)


async def _echoes(call: Call, options: _PingOptions, address: str) -> int:
    machine = call.machine
    rtts_s: list[float] = []
    ends_at_s = machine.world.now() + options.ends_after_s
    sent = 0
    for sequence in range(options.count):
        if machine.world.now() >= ends_at_s:
            break
        sent += 1
        trip = send(machine, address, "icmp", source=options.source, size=options.size)
        if trip.outcome is Outcome.NO_ROUTE:
            call.streams.complain("ping: sendto: Network is unreachable\n")
            return 1
        last = sequence == options.count - 1
        if trip.outcome is Outcome.ANSWERED:
            rtt_s = trip.rtt_s * (1 + 0.1 * (sequence % 3))
            rtts_s.append(rtt_s)
            await machine.world.sleep(rtt_s)
            if not options.quiet:
                call.streams.say(
                    f"{options.size + 8} bytes from {address}: seq={sequence} ttl=64"
                    f" time={rtt_s * 1000:.3f} ms\n"
                )
            if not last and not options.adaptive:
                await machine.world.sleep(max(0.0, options.interval_s - rtt_s))
        else:
            await machine.world.sleep(options.wait_s if last else options.interval_s)
    lost = 100 * (sent - len(rtts_s)) // sent
    call.streams.say(
        f"\n--- {options.target} ping statistics ---\n"
        f"{sent} packets transmitted, {len(rtts_s)} packets received,"
        f" {lost}% packet loss\n"
    )
    if rtts_s:
        low, mean, high = min(rtts_s), sum(rtts_s) / len(rtts_s), max(rtts_s)
        call.streams.say(
            f"round-trip min/avg/max = {low * 1000:.3f}/{mean * 1000:.3f}/{high * 1000:.3f} ms\n"
        )
    return int(not rtts_s)


async def nslookup(call: Call) -> int:
    """Ask for a name's IPv4 and IPv6 addresses."""
    args = [arg for arg in call.args if not arg.startswith("-")]
    if not args:
        call.streams.complain("BusyBox v1.36.1: Usage: nslookup [-type=TYPE] HOST [DNS_SERVER]\n")
        return 1
    name, server = args[0], args[1] if len(args) > 1 else "127.0.0.1"
    only_one = any(re.match(r"-(type|query|q)=", arg) for arg in call.args)
    resolved = resolve(call.machine, name, server)
    if resolved.reply in (Reply.TIMEOUT, Reply.NOBODY, Reply.NO_ROUTE):
        return await _no_answer(call, resolved)
    await call.machine.world.sleep(resolved.took_s)
    call.streams.say(f"Server:\t\t{server}\nAddress:\t{server}:53\n\n")
    if resolved.reply is not Reply.ANSWERED:
        line = f"** server can't find {name}: {resolved.reply}\n\n"
        twice = resolved.reply is not Reply.REFUSED and not only_one
        call.streams.say(line * (2 if twice else 1))
        return 1
    authority = "" if name.endswith(".lan") else "Non-authoritative answer:\n"
    call.streams.say(
        authority
        + "".join(f"Name:\t{name}\nAddress: {address}\n" for address in resolved.addresses)
        + "\n"
    )
    if not only_one:
        call.streams.say(authority + "\n")
    return 0


async def _no_answer(call: Call, resolved: Resolved) -> int:
    word = {
        Reply.NOBODY: "nslookup: read: Connection refused\n",
        Reply.NO_ROUTE: "nslookup: can't connect to remote host: Network is unreachable\n",
    }.get(resolved.reply, "")
    if resolved.reply is Reply.NO_ROUTE:
        call.streams.complain(word)
        return 1
    await call.machine.world.sleep(resolved.took_s)
    call.streams.complain(word * 2)
    await call.machine.world.sleep(NSLOOKUP_TIMEOUT_S)
    call.streams.say(";; connection timed out; no servers could be reached\n\n")
    return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchOptions:
    """What is fetched, and how."""

    quiet: bool
    output: str | None
    spider: bool
    timeout_s: float
    url: str


def fetch_options(call: Call) -> FetchOptions | None:
    """Read the arguments; None where they are none."""
    args = list(call.args)
    quiet, spider, url = False, False, ""
    output: str | None = None
    timeout_s = FETCH_TIMEOUT_S
    while args:
        arg = args.pop(0)
        name, _, value = arg.partition("=")
        if name in ("-q", "-qO", "-qO-"):
            quiet = True
        if name in ("-O", "-qO", "--output-document"):
            output = value or (args.pop(0) if args else "-")
        elif name in ("-O-", "-qO-"):
            output = "-"
        elif name in ("-T", "--timeout"):
            timeout_s = float(whole_number(value or (args.pop(0) if args else "")))
        elif name in ("-s", "--spider"):
            spider = True
        elif not arg.startswith("-"):
            url = arg
    if not re.match(r"https?://", url):
        return None
    return FetchOptions(quiet=quiet, output=output, spider=spider, timeout_s=timeout_s, url=url)


async def fetch(call: Call) -> int:
    """Fetch a page (uclient-fetch, and wget, which is the same program on OpenWrt)."""
    options = fetch_options(call)
    if options is None:
        call.streams.complain(f"Usage: {call.name} [options] <URL>\n")
        return 1

    def say(text: str) -> None:
        if not options.quiet:
            call.streams.complain(f"{text}\n")

    async def expire() -> None:
        await call.machine.world.sleep(options.timeout_s)

    attempt = asyncio.ensure_future(fetch_attempt(call, options))
    limit = asyncio.ensure_future(expire())
    say(f"Downloading '{options.url}'")
    try:
        done, _ = await asyncio.wait((attempt, limit), return_when=asyncio.FIRST_COMPLETED)
        if attempt in done:
            text, status = attempt.result()
        else:
            text, status = "Connection error: Connection timed out", NETWORK_FAILURE
    finally:
        attempt.cancel()
        limit.cancel()
    say(text)
    return status


async def fetch_attempt(call: Call, options: FetchOptions) -> tuple[str, int]:
    """Fetch a page, and give what uclient-fetch says of it with its exit status."""
    machine = call.machine
    host = re.sub(r"^https?://([^/:]+).*$", r"\1", options.url, flags=re.DOTALL)
    address = host
    if not is_address(host):
        resolved = resolve(machine, host)
        await machine.world.sleep(
            NSLOOKUP_TIMEOUT_S if resolved.reply is Reply.TIMEOUT else resolved.took_s
        )
        if resolved.reply is not Reply.ANSWERED:
            return "Failed to send request: Operation not permitted", NETWORK_FAILURE
        address = resolved.addresses[0]
    trip = send(machine, address, "tcp")
    if trip.outcome is Outcome.LOST:
        # TCP sends its SYN again: one lost packet costs a second, not the connection.
        await machine.world.sleep(1.0)
        trip = send(machine, address, "tcp")
    if trip.outcome is Outcome.NO_ROUTE:
        return "Failed to send request: Operation not permitted", NETWORK_FAILURE
    site = site_named(machine, address)
    if trip.outcome is not Outcome.ANSWERED or site is None or not site.up:
        await machine.world.sleep(options.timeout_s * 2)
        return "Connection error: Connection timed out", NETWORK_FAILURE
    await machine.world.sleep(2 * trip.rtt_s)
    if site.refuses:
        return "Connection error: Connection failed", NETWORK_FAILURE
    await machine.world.sleep(site.answer_delay_s)
    if site.status >= 400:  # noqa: PLR2004 - RFC 9110 section 15: 4xx and 5xx are errors
        return f"HTTP error {site.status}", HTTP_FAILURE
    page = f"{site.name}\n".encode()
    if options.output == "-":
        call.streams.stdout.write(page)
    elif not options.spider:
        machine.files.write(options.output or "/root/index.html", page)
    return f"Download completed ({len(page)} bytes)", 0
