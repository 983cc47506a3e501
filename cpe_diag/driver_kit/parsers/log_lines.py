"""What log lines of Linux routers mean; every pattern is data with its source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.router_facts import LogEvent, LogEventKind
from cpe_diag.driver_kit.secret_words import LEFT_OUT, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST_LINE: Final = 200

# logread.c of OpenWrt's ubox: date, facility and priority, program with its process number;
# syslogd of busybox: date without a year, the host (RFC 3164), facility and priority only where it
# was built so.
_HEAD: Final = re.compile(
    r"(?:(?:\w{3} \w{3} +\d{1,2} [\d:]{8} \d{4} )?\w+\.\w+"
    r"|\w{3} +\d{1,2} [\d:]{8}(?: [\w.-]{1,64})??(?: \w+\.\w+)?)"
    r" [\w./()-]{1,64}(?:\[\d+\])?:"
)
# ctime(3), as logread and date(1) print it: Sun Nov 22 04:24:41 2026.
_TIME: Final = "%a %b %d %H:%M:%S %Y"
_TIME_LENGTH: Final = 24
# cpe_diag's own mark that an answer is whole.
_END: Final = re.compile(r"rc=\d+")

_MAC: Final = r"(?P<subject>[0-9a-f]{2}(?::[0-9a-f]{2}){5})"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPattern:
    """One kind of line: a pattern whose group `subject` names whom it is about, and its source.

    `ends` is a pattern that makes earlier lines of this kind history: what they told has passed.
    """

    kind: LogEventKind
    pattern: re.Pattern[str]
    source: str
    ends: re.Pattern[str] | None = None
    least: int = 1


LOG_PATTERNS: Final[tuple[LogPattern, ...]] = (
    LogPattern(
        kind=LogEventKind.DHCP_NO_OFFER,
        pattern=re.compile(r"udhcpc(?:\[\d+\])?: (?:broadcasting|sending) discover"),
        ends=re.compile(r"udhcpc(?:\[\d+\])?: lease of \S+ obtained"),
        least=2,
        source="busybox networking/udhcp/dhcpc.c, send_discover; netifd logs no number",
    ),
    LogPattern(
        kind=LogEventKind.PPP_AUTH_REFUSED,
        pattern=re.compile(r"pppd\[\d+\]: (?:PAP|CHAP) authentication failed"),
        ends=re.compile(r"pppd\[\d+\]: (?:PAP|CHAP) authentication succeeded"),
        source="pppd 2.5, upap.c and chap.c",
    ),
    LogPattern(
        kind=LogEventKind.PPPOE_NO_SERVER,
        pattern=re.compile(r"pppd\[\d+\]: Timeout waiting for PADO packets"),
        ends=re.compile(r"pppd\[\d+\]: PPP session is \d+"),
        source="pppd 2.5, plugins/pppoe/discovery.c, discovery1",
    ),
    LogPattern(
        kind=LogEventKind.WAN_LINK_LOST,
        pattern=re.compile(r"netifd: Interface 'wan\w*' has link connectivity loss"),
        source="netifd interface.c, interface_set_link_state",
    ),
    LogPattern(
        kind=LogEventKind.WIFI_WRONG_PASSWORD,
        pattern=re.compile(rf"hostapd: \S+: AP-STA-POSSIBLE-PSK-MISMATCH {_MAC}"),
        source="hostapd wpa_ctrl.h, AP_STA_POSSIBLE_PSK_MISMATCH",
    ),
    LogPattern(
        kind=LogEventKind.WIFI_WRONG_PASSWORD,
        pattern=re.compile(
            rf"hostapd(?:\[\d+\])?: \S+: STA {_MAC} WPA: invalid MIC in msg 2/4 of 4-Way"
        ),
        source="hostap 2.10, wpa_auth.c (recording linux_hostapd log); logger_syslog_level 0, 1",
    ),
    LogPattern(
        kind=LogEventKind.WIFI_DISCONNECTED,
        pattern=re.compile(
            rf"hostapd(?:\[\d+\])?: \S+: STA {_MAC} IEEE 802\.11: "
            r"(?:disassociated|deauthenticated(?! due to local))"
        ),
        source="hostap 2.10, sta_info.c and ieee802_11.c (recording linux_hostapd log)",
    ),
    LogPattern(
        kind=LogEventKind.WIFI_DISCONNECTED,
        pattern=re.compile(rf"hostapd: \S+: AP-STA-DISCONNECTED {_MAC}"),
        source="hostapd wpa_ctrl.h, AP_STA_DISCONNECTED",
    ),
    LogPattern(
        kind=LogEventKind.WIFI_DISCONNECTED,
        pattern=re.compile(
            r"wlceventd: \S+: \S+: (?:Deauth_ind|Disassoc) "
            r"(?P<subject>[0-9A-F]{2}(?::[0-9A-F]{2}){5}),"
        ),
        source="wlceventd of ASUSWRT, wlceventd_proc_event, as its log shows it",
    ),
    LogPattern(
        kind=LogEventKind.ROGUE_DHCP,
        pattern=re.compile(r"found already running DHCP-server on interface '(?P<subject>[^']+)'"),
        source="OpenWrt package/network/services/dnsmasq/files/dnsmasq.init, dhcp_check",
    ),
    LogPattern(
        kind=LogEventKind.DHCP_POOL_EXHAUSTED,
        pattern=re.compile(r"dnsmasq-dhcp\[\d+\]: DHCP\w+\(\S+\) \S+ no address available"),
        source="dnsmasq 2.90, src/rfc2131.c, dhcp_reply",
    ),
    LogPattern(
        kind=LogEventKind.OUT_OF_MEMORY,
        pattern=re.compile(r"kernel: .*Out of memory: Killed process(?: \d+ \([\w./-]{1,32}\))?"),
        source="Linux mm/oom_kill.c, __oom_kill_process",
    ),
    LogPattern(
        kind=LogEventKind.CONNTRACK_FULL,
        pattern=re.compile(r"kernel: .*nf_conntrack: table full, dropping packet"),
        source="Linux net/netfilter/nf_conntrack_core.c, __nf_conntrack_alloc",
    ),
    LogPattern(
        kind=LogEventKind.KERNEL_CRASH,
        pattern=re.compile(
            r"kernel: .*(?:Kernel panic|Internal error: |Oops[:\[ ]|kernel BUG at)"
        ),
        source="Linux kernel/panic.c; arch/arm, arch/arm64 and arch/mips traps.c",
    ),
    LogPattern(
        kind=LogEventKind.DUPLICATE_ADDRESS,
        pattern=re.compile(
            r"dnsmasq-dhcp\[\d+\]: (?:DHCPDECLINE\(|not using configured address )"
        ),
        source="dnsmasq 2.90, src/rfc2131.c: a client declines an address that is in use",
    ),
)


def classify(lines: Sequence[str], read_at: str = "") -> tuple[LogEvent, ...]:
    """Count what the lines of a log tell.

    Args:
        lines: oldest first.
        read_at: when the log was read by the router's own clock, in the form of its lines; empty
            where that is not known.

    Returns:
        One event for each kind and subject, in the order of `LOG_PATTERNS`; the last line of
        each ends where its pattern ends, for what follows can be anything.
    """
    events: list[LogEvent] = []
    for pattern in LOG_PATTERNS:
        counts: dict[str, int] = {}
        last: dict[str, str] = {}
        ages: dict[str, Maybe[float]] = {}
        for line in lines:
            if pattern.ends is not None and pattern.ends.search(line):
                counts.clear()
            match = pattern.pattern.search(line)
            if match is not None:
                subject = (match.groupdict().get("subject") or "").lower()
                counts[subject] = counts.get(subject, 0) + 1
                last[subject] = line[: match.end()]
                ages[subject] = _age_s(line, read_at)
        events.extend(
            LogEvent(
                kind=pattern.kind,
                subject=subject,
                count=count,
                last_line=without_secrets(last[subject])[:LONGEST_LINE],
                last_age_s=ages[subject],
            )
            for subject, count in counts.items()
            if count >= pattern.least
        )
    return tuple(events)


def _age_s(line: str, read_at: str) -> Maybe[float]:
    """Give how long before the reading a line was written; both in the router's local time."""
    try:
        written, read = (
            # Neither tells its zone, and both are of the same.
            datetime.strptime(text[:_TIME_LENGTH], _TIME)  # noqa: DTZ007
            for text in (line, read_at)
        )
    except ValueError:
        return Missing(why=FailureKind.NOT_MEASURED)
    return max((read - written).total_seconds(), 0.0)


def kept_line(line: str) -> str:
    """Say what may be kept of a line: all as far as a pattern tells something, else its head.

    Args:
        line: of a log.

    Returns:
        Who said something and when, and what, where it is known to hold no secret.
    """
    if not line or _END.fullmatch(line):
        return line
    known = (match for one in LOG_PATTERNS for match in _matches(one, line))
    end = max((match.end() for match in known), default=0)
    if end:
        return without_secrets(line[:end])
    head = _HEAD.match(line)
    return f"{head[0]} {LEFT_OUT}" if head else LEFT_OUT


def _matches(one: LogPattern, line: str) -> Iterator[re.Match[str]]:
    for pattern in (one.pattern, one.ends):
        if pattern is not None and (match := pattern.search(line)):
            yield match
