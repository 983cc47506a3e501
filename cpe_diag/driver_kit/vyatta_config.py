"""The dialect of EdgeOS (and VyOS): a POSIX shell before the commands of Vyatta's configuration.

The shell of a login is vbash, a bash; commands over SSH's exec channel go through its wrappers,
/opt/vyatta/bin/vyatta-op-cmd-wrapper and /opt/vyatta/sbin/vyatta-cfg-cmd-wrapper, as any program.
"""

from __future__ import annotations

from cpe_diag.driver_kit.posix_shell import quote as posix_word


def quote(text: str) -> str:
    """Write a value as one word, so that the configuration holds it as it is.

    Args:
        text: without single quotes (Vyatta's cli-shell-api refuses them in a value; VyOS T1001),
            double quotes and backslashes (how the configuration file writes them is documented
            nowhere), and control characters.

    Returns:
        The text in single quotes.

    Raises:
        ValueError: the configuration could not hold it.
    """
    refused = [mark for mark in text if mark in "'\"\\" or not mark.isprintable()]
    if refused:
        msg = f"EdgeOS cannot hold {refused[0]!r} in a line of its configuration"
        raise ValueError(msg)
    return posix_word(text)
