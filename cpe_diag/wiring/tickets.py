"""The `tickets` part of the configuration as values; read only by what has to do with tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.playbook.load import list_playbooks
from cpe_diag.service.ticket_rules_file import SHIPPED, read_ticket_rules
from cpe_diag.service.tickets_config import tickets_part
from cpe_diag.wiring.knowledge import vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.service.ticket_rules import TicketRules
    from cpe_diag.service.tickets_config import TicketsConfig
    from cpe_diag.wiring.config import Config


def tickets_of(config: Config) -> TicketsConfig:
    """Give desks, people on call and the file of rules, as they are configured."""
    return tickets_part(config.tickets, config.folder)


def rules_of(config: Config, file: Path | None = None) -> TicketRules:
    """Read the rules in use.

    Args:
        config: names a file of rules, and further folders of playbooks.
        file: to be read in its place, or None.

    Returns:
        The rules: of `file`, else of the configuration, else the shipped example.

    Raises:
        DefinitionError: the file, or that of a playbook, is wrong.
    """
    playbooks = list_playbooks(vocabulary(), config.playbook_folders)
    return read_ticket_rules(file or tickets_of(config).rules or SHIPPED, playbooks)
