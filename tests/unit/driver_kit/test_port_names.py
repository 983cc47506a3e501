"""The operator's port names lead to the right interface, or to a clear refusal."""

from __future__ import annotations

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.subscriber import NodePort
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import IndexPart, UnfitNameError
from cpe_diag.driver_kit.port_names import locate, others_in_service

DRIVER = load_access_driver("generic_ifmib")


@pytest.mark.parametrize(
    ("name", "if_index"),
    [
        ("0/1/7", 1007),
        ("0/1/48", 1048),
        ("ge-0/0/3", 3),
        ("12", 12),
        (" 12 ", 12),
        ("ifindex:2147483655", 2147483655),
    ],
)
def test_a_port_name_becomes_its_if_index(name: str, if_index: int) -> None:
    """Another interface would be another customer's line."""
    assert locate(DRIVER, name).if_index == if_index


@pytest.mark.parametrize("name", ["", "0/2/7", "0/1/7/1", "x0/1/7", "-3", "0/1/"])
def test_a_name_that_fits_no_scheme_is_refused_and_never_guessed(name: str) -> None:
    """A part of a name that fits would lead to a wrong line."""
    with pytest.raises(MeasurementError) as caught:
        locate(DRIVER, name)
    assert caught.value.failure.kind is FailureKind.NOT_CONFIGURED
    assert "ifindex:7" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("02:00:5e:00:10:07", ()),
        ("02-00-5E-00-10-07", ()),
        ("0200.5e00.1007", ()),
        ("N-14 02:00:5e:00:10:07", ("fibre node N-14",)),
    ],
)
def test_a_modem_is_named_by_its_mac_in_any_usual_form(name: str, groups: tuple[str, ...]) -> None:
    """CMTSs, inventories and labels write it each in their own way."""
    port = locate(load_access_driver("docsis_cmts"), name)
    assert (port.parts, port.groups) == ({"mac": "2.0.94.0.16.7"}, groups)


@pytest.mark.parametrize(
    "name", ["02:00:5e:00:10", "0/1/7", "12", "02:00:5e:00:10:07:09", "gg" * 6]
)
def test_what_is_no_mac_names_no_modem(name: str) -> None:
    """A wrong MAC would be asked for in vain, and read as a modem that is gone."""
    with pytest.raises(MeasurementError) as caught:
        locate(load_access_driver("docsis_cmts"), name)
    assert caught.value.failure.kind is FailureKind.NOT_CONFIGURED


def test_the_nearest_ports_in_service_are_the_controls() -> None:
    """An idle port, an unknown name and the port itself tell nothing as controls."""
    ports = [
        NodePort(port=name, in_service=used)
        for name, used in (
            ("0/1/6", True),
            ("0/1/7", True),
            ("0/1/8", False),
            ("0/1/9", True),
            ("0/1/1", True),
            ("0/1/20", True),
            ("uplink", True),
        )
    ]
    own = locate(DRIVER, "0/1/7")

    def chosen(among: list[NodePort]) -> list[int | None]:
        return [port.if_index for port in others_in_service(DRIVER, among, own, 3)]

    assert chosen(ports) == [1006, 1009, 1001]
    assert chosen(ports[:2]) == [1006]
    assert chosen([]) == []


def test_controls_are_ports_of_the_subscribers_own_technology() -> None:
    """The name of an ADSL port, read as that of a VDSL2 port, would be another row."""
    smartax = load_access_driver("huawei_smartax")
    ports = [NodePort(port=f"0/1/{port}", in_service=True) for port in range(1, 4)]
    own = locate(smartax, "0/1/2", "adsl")
    chosen = others_in_service(smartax, ports, own, 3, technology="adsl")
    assert [port.if_index for port in chosen] == [201_334_848, 201_334_976]


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ({"slot": "1", "port": "1"}, "101"),
        ({"slot": "1", "port": "100"}, "200"),
        ({"slot": "1", "port": "101"}, None),
        ({"slot": "12", "port": "0"}, "1200"),
    ],
)
def test_a_number_that_reaches_beyond_the_next_place_is_no_port(
    words: dict[str, str], number: str | None
) -> None:
    """Port 101 of slot 1 would be port 1 of slot 2; a node that counts from 1 has a port 100."""
    part = IndexPart(form="number", base=0, factors={"slot": 100, "port": 1}, group="")
    if number is not None:
        assert part.value(words) == number
        return
    with pytest.raises(UnfitNameError, match="port 101"):
        part.value(words)


def test_ports_that_only_the_node_can_place_are_told_apart_by_their_names() -> None:
    """Before it is asked, they have no index; none must stand for another."""
    huawei = load_access_driver("huawei_vrp")
    names = ("0/0/1", "0/0/3", "0/0/20", "0/1/4")
    ports = [NodePort(port=f"GigabitEthernet{name}", in_service=True) for name in names]
    own = locate(huawei, "GigabitEthernet0/0/4").with_part("if_index", "9")
    chosen = others_in_service(huawei, ports, own, 4)
    assert [port.words["port"] for port in chosen] == ["3", "1", "20", "4"]
    zyxel = load_access_driver("zyxel_switch")
    ports = [NodePort(port=f"ifindex:{number}", in_service=True) for number in (5, 6, 7)]
    chosen = others_in_service(zyxel, ports, locate(zyxel, "ifindex:6"), 4)
    assert [port.if_index for port in chosen] == [5, 7]
