"""Takes typed values out of a YAML document and collects what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.driver_kit.capability import Capability, CapabilityState, Verified
from cpe_diag.driver_kit.schema_check import path_words

if TYPE_CHECKING:
    from cpe_diag.domain.failures import Fault
    from cpe_diag.driver_kit.yaml_source import YamlDocument, YamlPath

T = TypeVar("T")


class DocumentReader:
    """Reads a document whose shape a schema describes, without needing the schema's library.

    A value of another type ends the reading with a DefinitionError (the schema check then names
    all of them); what only a reader can know to be wrong is collected by `fault`.
    """

    def __init__(self, document: YamlDocument) -> None:
        """Read from `document`."""
        self.document = document
        self.faults: list[Fault] = []

    def find(self, path: YamlPath) -> object:
        """Give the value at `path`, or None where there is none."""
        value: object = self.document.data
        for part in path:
            if isinstance(value, Mapping):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def take(self, path: YamlPath, wanted: type[T], default: T) -> T:
        """Give the value at `path`, or `default` where there is none.

        Raises:
            DefinitionError: there is a value of another type.
        """
        value = self.find(path)
        if value is None:
            return default
        if isinstance(value, wanted) and isinstance(value, bool) is (wanted is bool):
            return value
        message = f"{path_words(path)}: expected {wanted.__name__}, found {value!r}"
        raise DefinitionError((self.document.fault(path, message),))

    def number(self, path: YamlPath, default: float) -> float:
        """Give a whole or broken number as a float."""
        if isinstance(self.find(path), int):
            return float(self.take(path, int, 0))
        return self.take(path, float, default)

    def flag(self, path: YamlPath) -> bool:
        """Give true or false; false where there is nothing."""
        return self.find(path) is not None and self.take(path, bool, default=False)

    def texts(self, path: YamlPath) -> tuple[str, ...]:
        """Give a list of texts; empty where there is none."""
        count = len(self.take(path, list, []))
        return tuple(self.take((*path, index), str, "") for index in range(count))

    def integers(self, path: YamlPath) -> tuple[int, ...]:
        """Give a list of whole numbers; empty where there is none."""
        count = len(self.take(path, list, []))
        return tuple(self.take((*path, index), int, 0) for index in range(count))

    def keys(self, path: YamlPath) -> tuple[str, ...]:
        """Give the keys of a mapping; empty where there is none."""
        return tuple(self.take(path, dict, {}))

    def fault(self, path: YamlPath, message: str, *, at_key: bool = False) -> None:
        """Note that the value (or the key) at `path` is wrong."""
        words = f"{path_words(path)}: {message}"
        self.faults.append(self.document.fault(path, words, at_key=at_key))


def read_capabilities(reader: DocumentReader) -> Mapping[str, Capability]:
    """Take the capabilities that a driver file states.

    Args:
        reader: the file.

    Returns:
        By name, in the order of the file.

    Raises:
        DefinitionError: a state or a way of verifying is not one of the known words.
    """
    stated = {}
    for name in reader.keys(("capabilities",)):
        path: YamlPath = ("capabilities", name)
        state = reader.take((*path, "state"), str, "")
        verified = reader.take((*path, "verified"), str, "")
        if state not in set(CapabilityState) or verified not in {"", *Verified}:
            message = f"{path_words(path)}: expected state and verified as the schema says"
            raise DefinitionError((reader.document.fault(path, message),))
        stated[name] = Capability(
            state=CapabilityState(state),
            verified=Verified(verified) if verified else None,
            reason=reader.take((*path, "reason"), str, ""),
        )
    return stated
