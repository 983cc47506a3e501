"""What belongs to the command line of one of the lab's nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

USER: Final = "lab"
"""Who logs in."""


@dataclass(slots=True, kw_only=True)
class CliState:
    """A command line over SSH; both numbers of its address stand here once it listens."""

    tcp_port: int = 0
    host_key_openssh: str = ""
    entered: list[str] = field(default_factory=list)
    """Every line that was entered and that did something, in order."""
    prompt_delay_s: float = 0.0
    """How long after a line is done its prompt comes back."""
    refusal: str = ""
    """What it answers to every line that would change something; empty: it does them."""
