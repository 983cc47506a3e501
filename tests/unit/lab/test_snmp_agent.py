"""The agents, asked with two independent client libraries over real UDP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from gufo.snmp import Aes128Key, Sha256Key, SnmpVersion, User
from gufo.snmp.aio import SnmpSession
from pysnmp.hlapi.v3arch import asyncio as pysnmp  # type: ignore[import-untyped] # no types there

from cpe_diag.lab.links import learned_mac, port_up, wan_up
from tests.unit.lab.asking import QUICK_S, ask, put, reader

if TYPE_CHECKING:
    from cpe_diag.lab.world import World
    from tests.unit.lab.conftest import HandClock, StartAgent

SYS_UPTIME = "1.3.6.1.2.1.1.3.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
IF_ADMIN_STATUS = "1.3.6.1.2.1.2.2.1.7"
IF_OPER_STATUS = "1.3.6.1.2.1.2.2.1.8"
IF_IN_OCTETS = "1.3.6.1.2.1.2.2.1.10"
IF_HC_IN_OCTETS = "1.3.6.1.2.1.31.1.1.1.6"
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
IF_ALIAS = "1.3.6.1.2.1.31.1.1.1.18"
DOT3_DUPLEX = "1.3.6.1.2.1.10.7.2.1.19"
DOT1Q_TP_FDB_PORT = "1.3.6.1.2.1.17.7.1.2.2.1.2"
VDSL_RATE = "1.3.6.1.2.1.10.251.1.2.2.1.2"
VDSL_XTUR = "1.3.6.1.2.1.10.251.1.1.1.1.18"
VDSL_XTUC = "1.3.6.1.2.1.10.251.1.1.1.1.19"
VDSL_MARGIN = "1.3.6.1.2.1.10.251.1.1.2.1.4"
VDSL_15MIN_ES = "1.3.6.1.2.1.10.251.1.4.1.1.1.6"
VDSL_15MIN_FULL_INITS = "1.3.6.1.2.1.10.251.1.4.1.2.1.4"
ADSL_ATUR_MARGIN = "1.3.6.1.2.1.10.94.1.1.3.1.4"
ADSL_ATUR_STATUS = "1.3.6.1.2.1.10.94.1.1.3.1.6"
ADSL_ATUC_RATE = "1.3.6.1.2.1.10.94.1.1.4.1.2"


async def test_get_gives_the_port_of_a_subscriber(world: World, start_agent: StartAgent) -> None:
    """The main job's first question."""
    node = await start_agent("an-vdsl")
    answer = await ask(
        world, node, SYS_UPTIME, f"{IF_NAME}.1001", f"{IF_ALIAS}.1001", f"{IF_OPER_STATUS}.1001"
    )
    assert answer[SYS_UPTIME] == int((world.now() - node.booted_at) * 100) % 2**32
    assert answer[f"{IF_NAME}.1001"] == b"0/1/1"
    assert answer[f"{IF_ALIAS}.1001"] == b"sub-1001"
    assert answer[f"{IF_OPER_STATUS}.1001"] == 1


async def test_getnext_and_getbulk_walk_the_same_column(
    world: World, start_agent: StartAgent
) -> None:
    """Both ways of walking end at the column's last row: the 48 ports and the uplink."""
    async with reader(world, await start_agent("an-eth")) as session:
        by_next = [row async for row in session.getnext(IF_NAME)]
        by_bulk = [row async for row in session.getbulk(IF_NAME, max_repetitions=20)]
    assert by_next == by_bulk
    assert len(by_next) == 49
    assert by_next[0] == (f"{IF_NAME}.1", b"ge-0/0/1")


async def test_a_missing_instance_is_told_from_a_missing_object(
    world: World, start_agent: StartAgent
) -> None:
    """NoSuchInstance and noSuchObject are answers, not errors (RFC 3416, 4.2.1)."""
    auth = pysnmp.CommunityData(world.secrets.snmp_read)
    node = await start_agent("an-adsl")
    engine = pysnmp.SnmpEngine()
    try:
        indication, status, _index, bindings = await pysnmp.get_cmd(
            engine,
            auth,
            await pysnmp.UdpTransportTarget.create((node.address, node.udp_port), timeout=2),
            pysnmp.ContextData(),
            pysnmp.ObjectType(pysnmp.ObjectIdentity(f"{IF_NAME}.9999")),
            pysnmp.ObjectType(pysnmp.ObjectIdentity(f"{VDSL_RATE}.1001.1")),
            pysnmp.ObjectType(pysnmp.ObjectIdentity("1.3.6.1.4.1.9.1.0")),
            lookupMib=False,
        )
    finally:
        engine.close_dispatcher()
    assert indication is None
    assert int(status) == 0
    assert [type(value).__name__ for _name, value in bindings] == [
        "NoSuchInstance",
        "NoSuchInstance",
        "NoSuchObject",
    ]


async def test_v3_reads_with_sha256_and_aes128(world: World, start_agent: StartAgent) -> None:
    """The Ethernet node is in the inventory with SNMPv3."""
    node = await start_agent("an-eth")
    user = User(
        world.secrets.snmp_v3_user,
        auth_key=Sha256Key(world.secrets.snmp_v3_auth.encode()),
        priv_key=Aes128Key(world.secrets.snmp_v3_priv.encode()),
    )
    async with SnmpSession(
        node.address, port=node.udp_port, user=user, version=SnmpVersion.v3, timeout=5.0
    ) as session:
        assert await session.get(SYS_NAME) == b"an-eth.lab.example"


async def test_v3_without_encryption_reads_nothing(world: World, start_agent: StartAgent) -> None:
    """The view is for authPriv; a message that the user could send in the clear gets none."""
    node = await start_agent("an-eth")
    auth = pysnmp.UsmUserData(
        world.secrets.snmp_v3_user,
        authKey=world.secrets.snmp_v3_auth,
        authProtocol=pysnmp.USM_AUTH_HMAC192_SHA256,
    )
    indication, status, _index = await put(node, auth, SYS_NAME, pysnmp.OctetString("x"))
    assert indication is not None or status == "authorizationError"
    assert node.sys_name == "an-eth.lab.example"


async def test_a_wrong_community_gets_silence(world: World, start_agent: StartAgent) -> None:
    """A v2c agent does not say that it refuses."""
    async with reader(world, await start_agent("an-vdsl"), community="wrong") as session:
        with pytest.raises(TimeoutError):
            await session.get(SYS_UPTIME)


async def test_a_silent_agent_says_nothing_and_then_speaks_again(
    world: World, start_agent: StartAgent
) -> None:
    """The fault node_agent_silent, and its end."""
    node = await start_agent("an-vdsl")
    node.agent_up = False
    async with SnmpSession(
        node.address,
        port=node.udp_port,
        community=world.secrets.snmp_read,
        version=SnmpVersion.v2c,
        timeout=QUICK_S,
    ) as session:
        with pytest.raises(TimeoutError):
            await session.get(SYS_UPTIME)
    node.agent_up = True
    assert SYS_UPTIME in await ask(world, node, SYS_UPTIME)


async def test_a_refusing_agent_forgets_its_users_until_it_accepts_again(
    world: World, start_agent: StartAgent
) -> None:
    """snmp_refused: v2c hears nothing, v3 hears that the user is unknown; both recover."""
    node = await start_agent("an-eth")
    node.snmp_refused = True
    auth = pysnmp.UsmUserData(
        world.secrets.snmp_v3_user,
        authKey=world.secrets.snmp_v3_auth,
        authProtocol=pysnmp.USM_AUTH_HMAC192_SHA256,
        privKey=world.secrets.snmp_v3_priv,
        privProtocol=pysnmp.USM_PRIV_CFB128_AES,
    )
    indication, _status, _index = await put(node, auth, SYS_NAME, pysnmp.OctetString("x"))
    assert "unknown" in str(indication).lower()
    async with reader(world, node, community=world.secrets.snmp_read) as session:
        with pytest.raises(TimeoutError):
            await session.get(SYS_UPTIME)
    node.snmp_refused = False
    assert SYS_UPTIME in await ask(world, node, SYS_UPTIME)
    indication, status, _index = await put(node, auth, SYS_NAME, pysnmp.OctetString("x"))
    assert (indication, status) == (None, "noError")


async def test_counters_move_with_time_and_wrap_at_32_bits(
    world: World, start_agent: StartAgent, clock: HandClock
) -> None:
    """Rates come from two samples; ifInOctets wraps where ifHCInOctets goes on."""
    node = await start_agent("an-eth")
    port = node.ports[1]
    port.in_bps = 8_000_000.0
    port.counted.in_octets = 2**32 - 1_000_000.0
    names = (f"{IF_IN_OCTETS}.1", f"{IF_HC_IN_OCTETS}.1")
    before = await ask(world, node, *names)
    clock.seconds += 2.0
    after = await ask(world, node, *names)
    assert after[names[1]] - before[names[1]] == 2_000_000
    assert before[names[0]] == 2**32 - 1_000_000
    assert after[names[0]] == 1_000_000


async def test_shutting_the_port_by_set_takes_the_wan_down(
    world: World, start_agent: StartAgent
) -> None:
    """One state drives all faces: the SET is felt by port, forwarding table, line and router."""
    node = await start_agent("an-vdsl")
    port, router = node.ports[1001], world.routers["sub-1001"]
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    answer = await put(node, auth, f"{IF_ADMIN_STATUS}.1001", pysnmp.Integer32(2))
    assert answer == (None, "noError", 0)
    assert not port_up(world, port)
    assert not wan_up(world, router)
    assert learned_mac(world, port) is None
    seen = await ask(
        world, node, f"{IF_ADMIN_STATUS}.1001", f"{IF_OPER_STATUS}.1001", f"{VDSL_RATE}.1001.1"
    )
    assert list(seen.values()) == [2, 2, 0]


async def test_opening_the_port_by_set_lets_the_line_train_first(
    world: World, start_agent: StartAgent, clock: HandClock
) -> None:
    """A DSL line is not up at once; a proof that asks too early must see that."""
    node = await start_agent("an-vdsl")
    port = node.ports[1001]
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    await put(node, auth, f"{IF_ADMIN_STATUS}.1001", pysnmp.Integer32(2))
    await put(node, auth, f"{IF_ADMIN_STATUS}.1001", pysnmp.Integer32(1))
    assert not port_up(world, port)
    clock.seconds += 3.0
    assert port_up(world, port)
    seen = await ask(world, node, f"{VDSL_15MIN_FULL_INITS}.1001")
    assert seen[f"{VDSL_15MIN_FULL_INITS}.1001"] == 1


@pytest.mark.parametrize(
    ("oid", "value", "status"),
    [
        (f"{IF_ADMIN_STATUS}.1001", pysnmp.Integer32(3), "wrongValue"),
        (f"{IF_ADMIN_STATUS}.1001", pysnmp.OctetString("down"), "wrongType"),
        (f"{IF_ALIAS}.1001", pysnmp.OctetString("x" * 65), "wrongValue"),
        (f"{IF_OPER_STATUS}.1001", pysnmp.Integer32(1), "notWritable"),
        (f"{IF_ADMIN_STATUS}.9999", pysnmp.Integer32(1), "notWritable"),
    ],
)
async def test_a_set_that_does_not_fit_is_refused_and_changes_nothing(
    world: World,
    start_agent: StartAgent,
    oid: str,
    value: Any,  # noqa: ANN401 - a value of the untyped pysnmp
    status: str,
) -> None:
    """Each refusal has its own error-status (RFC 3416, 4.2.5)."""
    node = await start_agent("an-vdsl")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    assert await put(node, auth, oid, value) == (None, status, 1)
    assert node.ports[1001].admin_up
    assert node.ports[1001].alias == "sub-1001"


async def test_the_reading_community_cannot_write(world: World, start_agent: StartAgent) -> None:
    """Looking and changing are different rights."""
    node = await start_agent("an-vdsl")
    auth = pysnmp.CommunityData(world.secrets.snmp_read)
    _indication, status, _index = await put(
        node, auth, f"{IF_ADMIN_STATUS}.1001", pysnmp.Integer32(2)
    )
    assert status == "noAccess"
    assert node.ports[1001].admin_up


async def test_sysname_and_alias_can_be_set(world: World, start_agent: StartAgent) -> None:
    """What operators label their nodes and ports with."""
    node = await start_agent("an-adsl")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    await put(node, auth, SYS_NAME, pysnmp.OctetString("dslam-7"))
    await put(node, auth, f"{IF_ALIAS}.1002", pysnmp.OctetString("spare"))
    seen = await ask(world, node, SYS_NAME, f"{IF_ALIAS}.1002")
    assert list(seen.values()) == [b"dslam-7", b"spare"]


async def test_the_forwarding_table_shows_each_home_in_its_vlan(
    world: World, start_agent: StartAgent
) -> None:
    """An exact GET by VLAN and MAC gives the bridge port; another VLAN gives nothing."""
    router = world.routers["sub-3002"]
    mac = ".".join(str(int(part, 16)) for part in router.wan_mac.split(":"))
    right = f"{DOT1Q_TP_FDB_PORT}.100.{mac}"
    wrong = f"{DOT1Q_TP_FDB_PORT}.999.{mac}"
    node = await start_agent("an-eth")
    assert await ask(world, node, SYS_UPTIME, right, wrong) | {SYS_UPTIME: 0} == {
        SYS_UPTIME: 0,
        right: 4,
    }
    world.port_of(router).learned_vlan = 999
    seen = await ask(world, node, SYS_UPTIME, right, wrong)
    assert seen.get(wrong) == 4
    assert right not in seen


@pytest.mark.parametrize(
    ("change", "xtur", "xtuc"),
    [
        ("none", b"\x80", b"\x80"),
        ("power", b"\x10", b"\x20"),
        ("cut", b"\x80", b"\x20"),
        ("shut", b"\x80", b"\x80"),
    ],
)
async def test_the_line_tells_lost_power_from_a_cut_wire(
    world: World, start_agent: StartAgent, change: str, xtur: bytes, xtuc: bytes
) -> None:
    """The dying gasp decides between a technician and a power socket."""
    router = world.routers["sub-1001"]
    port = world.port_of(router)
    router.powered = change != "power"
    port.cable_ok = change != "cut"
    port.admin_up = change != "shut"
    names = (f"{VDSL_XTUR}.1001", f"{VDSL_XTUC}.1001", f"{VDSL_MARGIN}.1001.2")
    seen = await ask(world, await start_agent("an-vdsl"), *names)
    assert seen[names[0]] == xtur
    assert seen[names[1]] == xtuc
    assert (seen[names[2]] == 2_147_483_646) == (change != "none")


async def test_adsl_shows_margin_status_and_rate(world: World, start_agent: StartAgent) -> None:
    """The ATU-R's margin is the downstream one, in tenths of a dB."""
    port = world.port_of(world.routers["sub-2001"])
    assert port.line is not None
    names = (f"{ADSL_ATUR_MARGIN}.1001", f"{ADSL_ATUR_STATUS}.1001", f"{ADSL_ATUC_RATE}.1001")
    seen = await ask(world, await start_agent("an-adsl"), *names)
    assert list(seen.values()) == [
        round(port.line.down.snr_margin_db * 10),
        b"\x80",
        port.line.down.rate_bps,
    ]


async def test_errored_seconds_follow_the_lines_rate_of_errors(
    world: World, start_agent: StartAgent
) -> None:
    """A noisy line has filled its present interval with errored seconds."""
    port = world.port_of(world.routers["sub-1001"])
    assert port.line is not None
    node = await start_agent("an-vdsl")
    elapsed_s = int(world.now() - node.booted_at) % 900
    port.line.errored_s_per_hour = 1800.0
    seen = await ask(world, node, f"{VDSL_15MIN_ES}.1001.2")
    assert seen[f"{VDSL_15MIN_ES}.1001.2"] == int(1800 * elapsed_s / 3600)
    assert elapsed_s > 200


async def test_duplex_is_shown_on_ethernet_ports(world: World, start_agent: StartAgent) -> None:
    """fullDuplex(3), halfDuplex(2), and unknown(1) where there is no link."""
    node = await start_agent("an-eth")
    node.ports[4].speed_setting = "100_half"
    seen = await ask(world, node, *(f"{DOT3_DUPLEX}.{number}" for number in (1, 2, 4)))
    assert list(seen.values()) == [3, 1, 2]
