"""The benches' agent is a true SNMP agent: net-snmp, which we did not write, reads it right."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING, Final

import fast_agent
import pytest
import pytest_asyncio
from fast_agent import COMMUNITY, Table, access_node, serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PORTS: Final = 120
DOWN: Final = (7, 8)
OPER: Final = "1.3.6.1.2.1.2.2.1.8"
CHANGE: Final = "1.3.6.1.2.1.2.2.1.9"
UPTIME: Final = "1.3.6.1.2.1.1.3.0"

pytestmark = pytest.mark.skipif(
    shutil.which("snmpbulkwalk") is None,
    reason="net-snmp's command-line tools (Debian package snmp) are not here",
)


@pytest_asyncio.fixture
async def node() -> AsyncIterator[str]:
    """Serve one node without delay; gives its address."""
    table = Table(access_node(PORTS, down=DOWN))
    ports, _, sockets = await serve([table], rtt_s=0.0)
    yield f"127.0.0.1:{ports[0]}"
    for one in sockets:
        one.close()


async def netsnmp(tool: str, *arguments: str, community: str = COMMUNITY) -> tuple[int, list[str]]:
    """Run one of net-snmp's tools; gives its exit status and lines, numbers as they are."""
    process = await asyncio.create_subprocess_exec(
        *(tool, "-v2c", "-c", community, "-t", "1", "-r", "0", "-m", "", "-On", "-Oe", "-Ot"),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    first_use = "Created directory: "  # which net-snmp tells once on each machine
    lines = [line for line in out.decode().splitlines() if not line.startswith(first_use)]
    return process.returncode or 0, lines


async def test_a_bulk_walk_gives_the_whole_column_in_order(node: str) -> None:
    """120 rows take three GETBULKs of at most 50, and the walk ends where the column does."""
    status, lines = await netsnmp("snmpbulkwalk", "-Cr50", node, OPER)
    assert status == 0
    assert lines == [
        f".{OPER}.{1000 + port} = INTEGER: {2 if port in DOWN else 1}"
        for port in range(1, PORTS + 1)
    ]


async def test_a_walk_by_getnext_gives_every_object_to_the_end_of_the_mib(node: str) -> None:
    """GETNEXT goes from column to column, and stops with endOfMibView."""
    status, lines = await netsnmp("snmpwalk", node, "1.3.6.1")
    assert status == 0
    objects = [line for line in lines if " = " in line and "No more variables" not in line]
    assert len(objects) == len(access_node(PORTS))
    assert objects[0] == f".{UPTIME} = 86400000"


async def test_a_get_gives_what_is_there_and_says_what_is_not(node: str) -> None:
    """A noSuchInstance is a value like others, in its place."""
    status, lines = await netsnmp("snmpget", node, UPTIME, f"{CHANGE}.1007", f"{CHANGE}.9")
    assert status == 0
    assert lines[0] == f".{UPTIME} = 86400000"
    assert lines[1] == f".{CHANGE}.1007 = 86388000"
    assert "No Such Instance" in lines[2]


async def test_a_bulk_get_of_several_columns_comes_row_by_row(node: str) -> None:
    """Non-repeaters first, then one of each column in turn (RFC 3416, section 4.2.3)."""
    status, lines = await netsnmp(
        "snmpbulkget", "-Cn1", "-Cr2", node, "1.3.6.1.2.1.1.3", OPER, CHANGE
    )
    assert status == 0
    assert [line.split(" ")[0] for line in lines] == [
        f".{UPTIME}",
        *(f".{OPER}.1001", f".{CHANGE}.1001", f".{OPER}.1002", f".{CHANGE}.1002"),
    ]


async def test_another_community_is_not_answered(node: str) -> None:
    """As RFC 3584, section 5.2.1, has it: the agent drops the message."""
    status, lines = await netsnmp("snmpget", node, UPTIME, community="other")
    assert status == 1
    assert "Timeout" in lines[-1]


def test_an_answer_is_cut_where_a_frame_ends() -> None:
    """No agent sends more than fits; the walker goes on from the last row."""
    table = Table(access_node(500))
    start = fast_agent.encode_oid((*fast_agent.IF_ENTRY, 2))
    rows = table.slice(table.after(start), 400, fast_agent.LARGEST_ANSWER)
    assert 1_400 < len(rows) <= fast_agent.LARGEST_ANSWER
