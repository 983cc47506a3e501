"""Values that are named like secrets, taken out of any text: the net below the allow-lists."""

from __future__ import annotations

import re
from typing import Final

LEFT_OUT: Final = "[left out]"

# Words before `=` or `:` whose value is a secret wherever it stands: hostapd.conf, pppd, uci and
# JSON name them so.
_SECRET: Final = re.compile(
    r"""(?ix)
    (["']?\b\w*(?:psk|passphrase|password|passwd|secret|wep_key\d?|\bkey|community)\b["']?\s*[=:]\s*)
    (?:"[^"]*"?|'[^']*'?|\S+)
    """
)
# RFC 3986, section 3.2.1: what stands between `user:` and `@`.
_IN_URL: Final = re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)")


def without_secrets(text: str) -> str:
    """Take out the value of everything that is named like a secret, and passwords in URLs."""
    without = _SECRET.sub(lambda match: match[1] + LEFT_OUT, text)
    return _IN_URL.sub(lambda match: match[1] + LEFT_OUT, without)
