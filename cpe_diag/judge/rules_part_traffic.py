"""Rules about what spoils a part of the traffic only: pages come about, and some of it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.home_facts import HomeWatch
from cpe_diag.domain.lan_facts import LanRouters
from cpe_diag.domain.load_facts import RateTrain
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.way_out_facts import Forwarding
from cpe_diag.judge.keys import FORWARDING, HOME_WATCH, LAN_ROUTERS, QUALITY_DEVICE, TRAIN_DEVICE
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, rate, says, yes
from cpe_diag.judge.rules_load import device_loss
from cpe_diag.judge.rules_routes import SECURE

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

WHOLE_BYTES: Final = 1500
"""RFC 894: what a frame of Ethernet holds; a host has to take it in (RFC 1122, section 3.3.3)."""
PREAMBLE_S: Final = 192e-6
BIT_S: Final = 1e-6
LEAST_BITS: Final = 512
"""IEEE 802.11, DSSS: a long preamble with its header, a bit at 1 Mbit/s; IEEE 802.3: 64 bytes."""


def device_large_lost(facts: Facts) -> Answer:
    """Answer whether the device gets small packets, and none that fills a frame.

    The router asks with what is cut into whole frames, then with one whole frame, twice, and last
    with less: a size below a whole frame says that none of those was answered.
    """
    train = facts.fact(RateTrain, TRAIN_DEVICE)
    if train is None:
        return cannot_tell(facts, TRAIN_DEVICE)
    if known(train.small_median_s) is None:
        return does_not_arise("the device answers no small packets either")
    words = f"{train.received} of {train.sent} packets of {train.size_bytes} bytes were answered"
    if train.received and train.size_bytes >= WHOLE_BYTES:
        return no(words, TRAIN_DEVICE)
    if device_loss(facts).answer:
        return does_not_arise(f"{words}; small ones are lost too")
    if 0 < train.received < facts.limits["train_fewest"]:
        return does_not_arise(f"{words}: too few to tell")
    return yes(f"small packets were answered; {words}, none of {WHOLE_BYTES}", TRAIN_DEVICE)


def router_forgets_connections(facts: Facts) -> Answer:
    """Answer whether the router forgets connections before those who keep them alive speak."""
    watch = facts.fact(HomeWatch, HOME_WATCH)
    if watch is None:
        return cannot_tell(facts, HOME_WATCH)
    kept = (
        ("connection", known(watch.tcp_kept_s), facts.limits["nat_tcp_kept_s"]),
        ("flow of datagrams", known(watch.datagrams_kept_s), facts.limits["nat_datagrams_kept_s"]),
    )
    told = [(what, kept_s, least_s) for what, kept_s, least_s in kept if kept_s is not None]
    if not told:
        return cannot_tell(facts, HOME_WATCH)
    words = "; ".join(f"a quiet {what} is forgotten after {kept_s} s" for what, kept_s, _ in told)
    if all(kept_s >= least_s for _, kept_s, least_s in told):
        return no(words, HOME_WATCH)
    return yes(words, HOME_WATCH)


def home_shouted_down(facts: Facts) -> Answer:
    """Answer whether one device sends so much to all that little room is left for anybody else.

    It goes out on every socket, and by radio at the lowest rate (RFC 9119, section 3.1.2). The
    limit is of the least frames; longer ones take their time with fewer.
    """
    heard = facts.fact(LanRouters, LAN_ROUTERS)
    loudest = known(heard.loudest) if heard else None
    if heard is None or isinstance(heard.loudest, Missing):
        return cannot_tell(facts, LAN_ROUTERS)
    if loudest is None or loudest.over_s <= 0:
        return no("nobody sends to all of the home", LAN_ROUTERS)
    bps, frames = 8 * loudest.octets / loudest.over_s, loudest.frames / loudest.over_s
    words = f"{loudest.mac} sends {rate(bps)} to all of the home, in {frames:.0f} frames a second"
    limits = facts.limits
    of_radio = (frames * PREAMBLE_S + bps * BIT_S) / (PREAMBLE_S + LEAST_BITS * BIT_S)
    loud = bps >= limits["lan_shout_bps"] or of_radio >= limits["lan_shout_frames"]
    return says(loud, words, LAN_ROUTERS)


def router_takes_secure_pages(facts: Facts) -> Answer:
    """Answer whether a rule leads what the home sends to secure pages into the router itself.

    What sits there may pass it on as it is, or answer with a certificate of its own (RFC 3234,
    section 2.12): the home sees what the router, asking for itself, does not.
    """
    forwarding = facts.fact(Forwarding, FORWARDING)
    diverts = known(forwarding.diverts) if forwarding else None
    if diverts is None:
        return cannot_tell(facts, FORWARDING)
    taken = [one for one in diverts if one.to is None and SECURE in one.kinds]
    sure = [one for one in taken if one.surely]
    if sure:
        return yes(f"a rule sends secure pages into the router itself: {sure[0].rule}", FORWARDING)
    if taken:
        return cannot_tell(facts, FORWARDING)
    return no("no rule sends the home's secure pages into the router itself", FORWARDING)


RULES_PART_TRAFFIC: Final[tuple[Rule, ...]] = (
    Rule(
        id="device_large_lost",
        question="Does the device get small packets, and none that fills a frame?",
        needs=(TRAIN_DEVICE, QUALITY_DEVICE),
        ask=device_large_lost,
    ),
    Rule(
        id="router_forgets_connections",
        question="Does the router forget connections that are quiet for a short while?",
        needs=(HOME_WATCH,),
        ask=router_forgets_connections,
    ),
    Rule(
        id="home_shouted_down",
        question="Does one device send so much to all that the home is full of it?",
        needs=(LAN_ROUTERS,),
        ask=home_shouted_down,
    ),
    Rule(
        id="router_takes_secure_pages",
        question="Does a rule of the router's lead the home's secure pages into the router?",
        needs=(FORWARDING,),
        ask=router_takes_secure_pages,
    ),
)
