"""DSL nodes and modems as they were recorded: names of ports, lines and profiles.

The expected values are read from the recording a second time, by a reader of lines that shares
nothing with the drivers; the recordings are no part of the project.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.access_facts import Fields, line_quality
from cpe_diag.driver_kit.decode import NOT_MEASURED, decode_group
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import interface
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.driver_kit.setting_facts import port_config
from cpe_diag.testing.snmprec import read_snmprec

pytestmark = pytest.mark.recordings

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("CPE_DIAG_RECORDINGS", ROOT.parent / "shared" / "recordings"))

DRAYTEK = "draytek_vdsl"
TELDAT = "teldat_teldatvdsl2"
ZTE = "zxdsl"
ZYXEL = "ies52xxM_zynos-msc1240xa-ies5212"

IF_DESCR = "1.3.6.1.2.1.2.2.1.2."
PVID = "1.3.6.1.2.1.17.7.1.4.5.1.1."
BASE_PORT = "1.3.6.1.2.1.17.1.4.1.2."


@cache
def lines(name: str) -> dict[str, str]:
    """Read a recording line by line, or skip where it is not here."""
    path = FOLDER / f"{name}.snmprec"
    if not path.is_file():
        pytest.skip(f"no recording {path}; name their folder in CPE_DIAG_RECORDINGS")
    told: dict[str, str] = {}
    for line in path.read_text(encoding="latin-1").split("\n"):
        oid, _, rest = line.partition("|")
        told.setdefault(oid, rest.partition("|")[2])
    return told


def fields(name: str, group: str, if_index: int) -> Fields:
    """Decode a group of a recorded line with the generic driver."""
    lines(name)
    objects = read_snmprec(FOLDER / f"{name}.snmprec")
    index = interface(if_index)
    specs = load_access_driver("generic_dsl").groups[group]
    answers = {spec.at(index): objects.get(spec.at(index)) for spec in specs}
    return Fields(decode_group(specs, answers, index), name, group)


@pytest.mark.parametrize(
    ("name", "driver", "kind", "count"),
    [
        (ZTE, "zte_dslam", "VDSL", 256),
        (ZYXEL, "zyxel_ies", "ge", 80),
        (ZYXEL, "zyxel_ies", "msc", 5),
    ],
)
def test_the_rule_of_the_names_holds_for_every_port_of_the_node(
    name: str, driver: str, kind: str, count: int
) -> None:
    """Two or three ports would hide a card that is numbered in another way."""
    loaded = load_access_driver(driver)
    found = 0
    for oid, text in lines(name).items():
        if oid.startswith(IF_DESCR) and text.startswith(kind):
            port = locate(loaded, text)
            assert port.if_index == int(oid.removeprefix(IF_DESCR)), text
            base = port.parts["base_port"]
            if name == ZTE:
                assert f"{PVID}{base}" in lines(name), text
            elif not text.endswith("-99"):
                # The management port (msc6-99) is no port of the bridge.
                assert lines(name)[f"{BASE_PORT}{base}"] == str(port.if_index), text
            found += 1
    assert found == count


def test_a_draytek_in_sync_has_the_rates_of_its_raw_lines() -> None:
    """Down is what xtuc(1) sends; the bands it does not have are no bands."""
    line = line_quality(fields(DRAYTEK, "line_quality_vdsl2", 4), "vdsl2")
    table = "1.3.6.1.2.1.10.251.1.2.2.1.2.4"
    assert line.down.rate_bps == int(lines(DRAYTEK)[f"{table}.1"])
    assert line.up.rate_bps == int(lines(DRAYTEK)[f"{table}.2"])
    assert line.bands == ()
    assert isinstance(line.errors.severely_errored_s, Missing)


def test_a_drayteks_profile_is_the_one_that_its_older_table_tells() -> None:
    """Its VDSL2 table has no template; the name is padded with NUL."""
    octets = bytes.fromhex(lines(DRAYTEK)["1.3.6.1.2.1.10.94.1.1.1.1.4.4"])
    config = port_config(fields(DRAYTEK, "port_config", 4))
    assert config.profile == octets.rstrip(b"\0").decode()


def test_a_teldat_out_of_sync_has_no_rate_and_no_profile() -> None:
    """Its channels stand under another ifIndex (18), and its profile's name is empty."""
    line = line_quality(fields(TELDAT, "line_quality_adsl", 17), "adsl")
    assert lines(TELDAT)["1.3.6.1.2.1.2.2.1.8.17"] == "2"
    assert line.in_sync is False
    assert line.down.rate_bps == NOT_MEASURED
    assert line.bands == ()
    values = fields(TELDAT, "port_config", 17).values
    assert lines(TELDAT)["1.3.6.1.2.1.10.94.1.1.1.1.4.17"] == ""
    assert isinstance(values["profile"], Missing)
