"""How Keenetic's command line says that it does not take a line."""

from __future__ import annotations

import re
from typing import Final

REFUSAL: Final = re.compile(r"^\s*[A-Z]\w*(?:::\w+)+ error\[\d+\]: .*$", re.MULTILINE)
"""`Command::Base error[7405602]: argument parse error.` (python_ndms2_client, tests)."""
