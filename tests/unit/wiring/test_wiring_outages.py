"""A sweep from the configuration file to the groups that fell, over real SNMP on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from fast_agent import COMMUNITY, Table, access_node, serve

from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.cli.outage import exit_code_for
from cpe_diag.domain.failures import DefinitionError, Failure, FailureKind, InventoryError
from cpe_diag.domain.sweep import Sweep, SweptNode
from cpe_diag.testing.sweep_samples import START, quiet_sweep, sample_sweep
from cpe_diag.wiring.config import read
from cpe_diag.wiring.outages import SweepWish, perform_sweep, prepare_sweep

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.wiring.config import Config

PORTS: Final = 60
DOWN: Final = range(1, 61)


def config_of(folder: Path, nodes: str, more: str = "") -> Config:
    """Write an inventory of 60 subscribers on each of n-1 and n-2, and a configuration."""
    homes = "".join(
        f"  - {{id: s-{node}-{port}, node: {node}, port: 0/1/{port}, technology: ethernet}}\n"
        for node in ("n-1", "n-2")
        for port in range(1, PORTS + 1)
    )
    (folder / "inventory.yaml").write_text(f"nodes:\n{nodes}subscribers:\n{homes}", "utf-8")
    (folder / "config.yaml").write_text(
        f"inventory: {{kind: file, path: inventory.yaml}}\n{more}", "utf-8"
    )
    return read(folder / "config.yaml", "a test")


def node_line(name: str, port: int, more: str = ", driver: generic_ifmib") -> str:
    """Write a node of the inventory."""
    return f"  {name}: {{address: 127.0.0.1, port: {port}, credential: 'env:SWEEP_TEST'{more}}}\n"


async def swept(config: Config, wish: SweepWish) -> Sweep:
    """Prepare and perform."""
    return await perform_sweep(prepare_sweep(config, wish), lambda _: None)


async def test_two_nodes_are_swept_and_each_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is dark, one is well; one has a driver that does not exist, and says so alone."""
    monkeypatch.setenv("SWEEP_TEST", COMMUNITY)
    tables = [Table(access_node(PORTS, down=DOWN)), Table(access_node(PORTS))]
    ports, _, sockets = await serve(tables, rtt_s=0.001)
    lines = node_line("n-1", ports[0]) + node_line("n-2", ports[1])
    lines += node_line("n-3", ports[1], ", driver: no_such_driver")
    result = await swept(config_of(tmp_path, lines), SweepWish(nodes=()))
    for one in sockets:
        one.close()
    found = [(node.node, outage.group.name) for node, outage in result.outages]
    assert found == [("n-1", "card 0/1")]
    assert [node.node for node in result.unread] == ["n-3"]
    assert "no_such_driver" in str(result.unread[0].failure)


async def test_a_node_without_a_driver_is_read_by_its_subscribers_technology(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a run does it: what the node says of itself, else the technology."""
    monkeypatch.setenv("SWEEP_TEST", COMMUNITY)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ports, _, sockets = await serve([Table(access_node(PORTS, down=DOWN))], rtt_s=0.0)
    config = config_of(tmp_path, node_line("n-1", ports[0], "") + node_line("n-2", 1))
    result = await swept(config, SweepWish(nodes=("n-1",)))
    for one in sockets:
        one.close()
    assert [outage.cause for _, outage in result.outages] == ["card_outage"]


async def test_the_limits_come_from_the_command_before_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--least` and `--window` stand over `thresholds:`."""
    monkeypatch.setenv("SWEEP_TEST", COMMUNITY)
    ports, nodes, sockets = await serve([Table(access_node(PORTS, down=range(1, 9)))], rtt_s=0.0)
    lines = node_line("n-1", ports[0]) + node_line("n-2", 1)
    more = "thresholds: {outage_least: 9}\nsweep: {rows: 25, requests_per_s: 900}\n"
    config = config_of(tmp_path, lines, more)
    assert (await swept(config, SweepWish(nodes=("n-1",)))).outages == ()
    assert nodes[0].requests == 8
    assert len((await swept(config, SweepWish(nodes=("n-1",), least=8))).outages) == 1
    assert (await swept(config, SweepWish(nodes=("n-1",), least=8, window_s=0.1))).outages == ()
    for one in sockets:
        one.close()


def test_a_node_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    """Nothing is asked of anybody."""
    config = config_of(tmp_path, node_line("n-1", 1) + node_line("n-2", 1))
    with pytest.raises(InventoryError, match="near: n-"):
        prepare_sweep(config, SweepWish(nodes=("n-9",)))
    assert [place.node.id for place in prepare_sweep(config, SweepWish(nodes=())).places] == [
        "n-1",
        "n-2",
    ]


def test_an_inventory_that_lists_no_nodes_says_what_to_do(tmp_path: Path) -> None:
    """A sweep of nothing would be a quiet network."""
    (tmp_path / "inventory.yaml").write_text("subscribers: []\n", "utf-8")
    (tmp_path / "config.yaml").write_text(
        "inventory: {kind: file, path: inventory.yaml}\n", "utf-8"
    )
    with pytest.raises(InventoryError, match="nodes_query"):
        prepare_sweep(read(tmp_path / "config.yaml", "a test"), SweepWish(nodes=()))


@pytest.mark.parametrize("rows", [0, 24, 51])
def test_the_rows_of_a_request_are_held_to_their_bounds(tmp_path: Path, rows: int) -> None:
    """Never 0: some OLTs hang; never more than fits a frame."""
    with pytest.raises(DefinitionError, match="rows"):
        config_of(tmp_path, node_line("n-1", 1), f"sweep: {{rows: {rows}}}\n")


def _unread(kind: FailureKind) -> SweptNode:
    failure = Failure(kind=kind, where="n-1", detail="a test")
    return SweptNode(
        node="n-1",
        failure=failure,
        ports=(),
        uplinks=(),
        outages=(),
        requests=0,
        rows=0,
        took_s=0.0,
    )


@pytest.mark.parametrize(
    ("nodes", "code"),
    [
        (sample_sweep().nodes, ExitCode.FAULT_FOUND),
        (quiet_sweep().nodes, ExitCode.NO_FAULT),
        ((_unread(FailureKind.SILENT),), ExitCode.UNDETERMINED),
        ((_unread(FailureKind.NOT_CONFIGURED),), ExitCode.COULD_NOT_RUN),
        (
            (*quiet_sweep().nodes, _unread(FailureKind.NOT_CONFIGURED)),
            ExitCode.UNDETERMINED,
        ),
    ],
)
def test_each_end_has_its_exit_code(nodes: tuple[SweptNode, ...], code: ExitCode) -> None:
    """A scheduler branches on it: found, none, cannot tell, could not."""
    assert exit_code_for(Sweep(started_at=START, took_s=0.1, nodes=nodes)) is code
