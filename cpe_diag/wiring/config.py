"""The configuration file: where it is looked for, and what it says once it is checked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlsplit

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.domain.host_keys import KeyPolicy
from cpe_diag.field.load_order import LoadOrder
from cpe_diag.probes.column_reader import Pace
from cpe_diag.probes.probe import WebTarget
from cpe_diag.transports.credential_vault import TOKEN_FILE, VaultSettings
from cpe_diag.wiring.config_people import (
    ConsentConfig,
    OpenIdConfig,
    StaffConfig,
    StoreConfig,
    consent_part,
    openid_part,
    people_faults,
    staff_part,
    store_part,
)
from cpe_diag.wiring.keeping import Kept

ENVIRONMENT_NAME: Final = "CPE_DIAG_CONFIG"
DEFAULT_SAMPLE_INTERVAL_S: Final = 1.0
PACK: Final = "pack"
"""The kind of inventory that a technician's laptop names."""
DNS_PORT: Final = 53  # RFC 1035, section 4.2
IPERF3_PORT: Final = 5201  # iperf3(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryConfig:
    """The `inventory` part: its kind, its file where it has one, and the rest as it was said."""

    kind: str
    path: Path | None
    nodes: Path | None
    rest: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElsewhereConfig:
    """The `elsewhere` part: a vantage outside, by a proxy, a resolver or both."""

    name: str
    proxy: str | None
    resolver: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpConfig:
    """The `dhcp` part: the operator's server, and the subnet of its subscribers."""

    server: str
    subnet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedPage:
    """What a page answers with where nobody comes between; None: not known."""

    url: str | None = None
    status: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSiteConfig:
    """The `field` part: whose packs a laptop believes, or with what the office signs them.

    `revoked` are packs that the office calls back. `office_recipient` is to whom a laptop seals
    what it brings home, `identity` refers to the office's other half of it, `laptops` are the
    public keys of those that the office believes, by name. `nobody` is an address where no
    resolver runs, `page` what the reference's page answers with, `load` by whom and how much
    the line is loaded, `stream` a multicast group that every line may join, `vlans` in
    which a laptop asks with a tag beside the service's own.
    """

    office_key: str | None = None
    sign_with: str | None = None
    revoked: tuple[str, ...] = ()
    office_recipient: str | None = None
    identity: str | None = None
    laptops: Mapping[str, str] = field(default_factory=dict)
    nobody: str | None = None
    page: ExpectedPage | None = None
    load: LoadOrder = field(default_factory=LoadOrder)
    stream: tuple[str, int] | None = None
    vlans: tuple[int, ...] = ()


def beside(path: Path, part: str) -> Path:
    """Give the folder of a pack's playbooks or drivers."""
    return path.with_name(f"{path.name}.d") / part


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A checked configuration. `origin` says in words where it came from, `path` is its file.

    `tickets` is that part as it was said; `wiring.tickets` makes values of it. `kept` is what a
    process that does many runs keeps between them (`wiring.keeping`), None: nothing.
    """

    origin: str
    folder: Path
    path: Path | None = None
    inventory: InventoryConfig | None = None
    known_hosts: Path | None = None
    host_keys: KeyPolicy = KeyPolicy.STRICT
    fleet_keys: Path | None = None
    legacy_algorithms: bool = False
    age_identity: Path | None = None
    vault: VaultSettings = field(default_factory=VaultSettings)
    icmp: bool = True
    resolver_address: str | None = None
    resolver_port: int = DNS_PORT
    elsewhere: ElsewhereConfig | None = None
    dhcp: DhcpConfig | None = None
    reference: WebTarget | None = None
    platforms: Mapping[str, WebTarget] = field(default_factory=dict)
    sample_interval_s: float = DEFAULT_SAMPLE_INTERVAL_S
    port_history: Path | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    sweep: Pace = field(default_factory=Pace)
    staff: StaffConfig = field(default_factory=StaffConfig)
    openid: OpenIdConfig | None = None
    rights: Path | None = None
    store: StoreConfig = field(default_factory=StoreConfig)
    consent: ConsentConfig | None = None
    tickets: Mapping[str, object] = field(default_factory=dict)
    on_site: OnSiteConfig = field(default_factory=OnSiteConfig)
    driver_folders: tuple[Path, ...] = ()
    playbook_folders: tuple[Path, ...] = ()
    kept: Kept | None = field(default=None, repr=False, compare=False)


def user_config_path() -> Path:
    """Give the platform's usual place of the configuration file."""
    import platformdirs

    return Path(platformdirs.user_config_dir("cpe-diag")) / "config.yaml"


def find(explicit: Path | None) -> Config:
    """Find and read the configuration: `--config`, environment, the usual place, a running lab.

    Args:
        explicit: what `--config` says, or None.

    Returns:
        The configuration; an empty one where there is none at all.

    Raises:
        DefinitionError: the file is not there, cannot be read, or is wrong.
    """
    if explicit is not None:
        return read(explicit, f"{explicit}, named by --config")
    named = os.environ.get(ENVIRONMENT_NAME)
    if named:
        return read(Path(named), f"{named}, named by {ENVIRONMENT_NAME}")
    usual = user_config_path()
    if usual.exists():
        return read(usual, str(usual))
    from cpe_diag.lab.files import CONFIG_FILE
    from cpe_diag.lab.place import default_directory

    lab = default_directory() / CONFIG_FILE
    if lab.exists() and _serves(lab.parent):
        return read(lab, f"the running lab ({lab}), because there is no {usual}")
    return Config(
        origin=f"no configuration: {usual} is not there, and no lab is up", folder=Path()
    )


def _serves(lab: Path) -> bool:
    """Say whether a lab still serves there; one that was killed leaves its files behind."""
    from cpe_diag.lab.control import LabClient, NoLabError

    try:
        LabClient(lab).status()
    except NoLabError:
        return False
    return True


def read(path: Path, origin: str) -> Config:
    """Read one configuration file.

    Args:
        path: the file.
        origin: in words, for `doctor` and messages.

    Returns:
        The checked configuration.

    Raises:
        DefinitionError: every fault of the file, with line and column.
    """
    from cpe_diag.driver_kit.schema_check import check
    from cpe_diag.driver_kit.yaml_source import read_yaml_file
    from cpe_diag.wiring.config_schema import CONFIG_SCHEMA

    document = read_yaml_file(path)
    faults = check(document, CONFIG_SCHEMA) if document.data is not None else ()
    data = cast("Mapping[str, object]", document.data or {})
    faults = faults or people_faults(document, data)
    if not faults and "tickets" in data:
        from cpe_diag.service.tickets_config import tickets_faults

        faults = tickets_faults(document, data)
    if faults:
        raise DefinitionError(faults)
    return _from_data(data, path, origin)


def _from_data(data: Mapping[str, object], path: Path, origin: str) -> Config:
    """Turn checked data into a Config."""
    folder = path.resolve().parent
    ssh = _part(data, "ssh")
    resolver = _part(data, "resolver")
    known_hosts = cast("str | None", ssh.get("known_hosts"))
    return Config(
        origin=origin,
        folder=folder,
        path=path,
        inventory=_inventory(_part(data, "inventory"), folder),
        known_hosts=_path(folder, known_hosts),
        host_keys=KeyPolicy(cast("str", ssh.get("host_keys", KeyPolicy.STRICT))),
        fleet_keys=_path(folder, cast("str | None", ssh.get("fleet_keys"))),
        legacy_algorithms=bool(ssh.get("legacy_algorithms", False)),
        age_identity=_path(
            folder, cast("str | None", _part(data, "credentials").get("age_identity"))
        ),
        vault=_vault(_part(_part(data, "credentials"), "vault"), folder),
        icmp=bool(data.get("icmp", True)),
        resolver_address=cast("str | None", resolver.get("address")),
        resolver_port=cast("int", resolver.get("port", DNS_PORT)),
        elsewhere=_elsewhere(_part(data, "elsewhere")),
        dhcp=_dhcp(_part(data, "dhcp")),
        reference=_target(_part(data, "reference")),
        platforms={
            name: target
            for name, part in _part(data, "platforms").items()
            if (target := _target(cast("Mapping[str, object]", part))) is not None
        },
        port_history=_path(folder, cast("str | None", data.get("port_history"))),
        sample_interval_s=float(
            cast("float", data.get("sample_interval_s", DEFAULT_SAMPLE_INTERVAL_S))
        ),
        thresholds={
            name: float(cast("float", value)) for name, value in _part(data, "thresholds").items()
        },
        sweep=_pace(_part(data, "sweep")),
        staff=staff_part(_part(data, "staff")),
        openid=openid_part(_part(data, "openid")),
        rights=_path(folder, cast("str | None", data.get("rights"))),
        store=store_part(_part(data, "store"), partial(_path, folder)),
        consent=consent_part(_part(data, "consent")),
        tickets=_part(data, "tickets"),
        on_site=_on_site(_part(data, "field")),
        driver_folders=_folders(data, "driver_folders", folder),
        playbook_folders=_folders(data, "playbook_folders", folder),
    )


def _part(data: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Give one mapping of the file, empty where it is absent."""
    return cast("Mapping[str, object]", data.get(name) or {})


def _vault(part: Mapping[str, object], folder: Path) -> VaultSettings:
    """Give how Vault is reached; what is not said the environment says."""
    texts = {name: cast("str | None", value) for name, value in part.items()}
    return VaultSettings(
        address=texts.get("address"),
        namespace=texts.get("namespace"),
        token=texts.get("token"),
        role_id=texts.get("role_id"),
        secret_id=texts.get("secret_id"),
        approle_mount=texts.get("approle_mount") or "approle",
        token_file=_path(folder, texts.get("token_file")) or TOKEN_FILE,
        ca_file=_path(folder, texts.get("ca_file")),
    )


def _elsewhere(part: Mapping[str, object]) -> ElsewhereConfig | None:
    """Give the vantage outside, or None where there is none."""
    if not part:
        return None
    return ElsewhereConfig(
        name=cast("str", part["name"]),
        proxy=cast("str | None", part.get("proxy")),
        resolver=cast("str | None", part.get("resolver")),
    )


def _dhcp(part: Mapping[str, object]) -> DhcpConfig | None:
    """Give the DHCP server, or None where none is named."""
    if not part:
        return None
    return DhcpConfig(server=cast("str", part["server"]), subnet=cast("str", part["subnet"]))


def _pace(part: Mapping[str, object]) -> Pace:
    """Give how hard a sweep may ask a node."""
    usual = Pace()
    return Pace(
        rows=cast("int", part.get("rows", usual.rows)),
        per_s=float(cast("float", part.get("requests_per_s", usual.per_s))),
    )


def _path(folder: Path, name: str | None) -> Path | None:
    """Make a path of the file absolute; None stays None."""
    return None if name is None else folder / Path(name).expanduser()


def _folders(data: Mapping[str, object], name: str, folder: Path) -> tuple[Path, ...]:
    """Give a list of folders as absolute paths."""
    names = cast("list[str]", data.get(name) or [])
    own = tuple(folder / Path(entry).expanduser() for entry in names)
    inventory = _inventory(_part(data, "inventory"), folder)
    if inventory is None or inventory.kind != PACK or inventory.path is None:
        return own
    return (*own, beside(inventory.path, name.partition("_")[0] + "s"))


def _on_site(part: Mapping[str, object]) -> OnSiteConfig:
    """Give the field part."""
    return OnSiteConfig(
        office_key=cast("str | None", part.get("office_key")),
        sign_with=cast("str | None", part.get("sign_with")),
        revoked=tuple(cast("list[str]", part.get("revoked") or [])),
        office_recipient=cast("str | None", part.get("office_recipient")),
        identity=cast("str | None", part.get("identity")),
        laptops=cast("Mapping[str, str]", part.get("laptops") or {}),
        nobody=cast("str | None", part.get("nobody")),
        page=_page(_part(part, "page")),
        load=_load(_part(part, "load")),
        stream=_stream(_part(part, "stream")),
        vlans=tuple(cast("list[int]", part.get("vlans", []))),
    )


def _stream(part: Mapping[str, object]) -> tuple[str, int] | None:
    """Give a multicast group and its port, or None where none is named."""
    return (cast("str", part["group"]), cast("int", part["port"])) if part else None


def _load(part: Mapping[str, object]) -> LoadOrder:
    """Give by whom the line is loaded, and how much; nobody where nobody is named."""
    usual = LoadOrder()
    iperf3 = _part(part, "iperf3")
    megabytes = cast("float", part.get("most_mb", usual.most_bytes / 1e6))
    return LoadOrder(
        iperf3=(cast("str", iperf3["host"]), cast("int", iperf3.get("port", IPERF3_PORT)))
        if iperf3
        else None,
        ndt7=cast("str | None", part.get("ndt7")),
        seconds=float(cast("float", part.get("seconds", usual.seconds))),
        most_bytes=int(megabytes * 1e6),
    )


def _page(part: Mapping[str, object]) -> ExpectedPage | None:
    """Give what is known of the page, or None where nothing is."""
    if not part:
        return None
    return ExpectedPage(
        url=cast("str | None", part.get("url")),
        status=cast("int | None", part.get("status")),
        text=cast("str | None", part.get("text")),
    )


def _target(part: Mapping[str, object]) -> WebTarget | None:
    """Give a web target, or None where the part is absent."""
    if not part:
        return None
    return WebTarget(
        host=str(part["host"]),
        url=str(part["url"]),
        address=cast("str | None", part.get("address")),
        large=cast("str | None", part.get("large")),
        also=tuple(
            WebTarget(host=urlsplit(url).hostname or "", url=url)
            for url in cast("Sequence[str]", part.get("also", ()))
        ),
    )


def _inventory(part: Mapping[str, object], folder: Path) -> InventoryConfig | None:
    """Give the inventory part, or None where it is absent."""
    if not part:
        return None
    return InventoryConfig(
        kind=str(part["kind"]),
        path=_path(folder, cast("str | None", part.get("path"))),
        nodes=_path(folder, cast("str | None", part.get("nodes"))),
        rest={
            name: value for name, value in part.items() if name not in {"kind", "path", "nodes"}
        },
    )
