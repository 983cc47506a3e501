"""What a desk keeps as HTML or as Atlassian's document format -> plain text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG: Final = re.compile(r"<[^<>]*>?")
_MOST_TAGS: Final = 1000
_UNENDED: Final = 20

_BREAKS: Final = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "blockquote", "pre"})
_SILENT: Final = frozenset({"script", "style", "head", "title"})

_BLOCKS: Final = frozenset({"paragraph", "heading", "listItem", "codeBlock", "hardBreak"})
"""Nodes of the Atlassian Document Format after which a line ends."""


def plain_text(value: str, content_type: str) -> str:
    """Give the text of a message.

    Args:
        value: what the desk keeps.
        content_type: `text/html`, or anything else for text that is plain already.

    Returns:
        Lines without markup and without empty lines at either end.
    """
    if "html" not in content_type.lower():
        return _tidy(value)
    reader = _Reader()
    # Python's parser takes quadratic time for markup that is begun and never ended.
    begun, ended = value.count("<"), value.count(">")
    if begun > min(_MOST_TAGS, ended + _UNENDED):
        value = _TAG.sub("\n", value)
    try:
        reader.feed(value)
        reader.close()
    except AssertionError:  # Python's parser, of a declaration such as <![x]>
        return _tidy(_TAG.sub("\n", value))
    return _tidy("".join(reader.parts))


def document_text(document: object) -> str:
    """Give the text of a value in the Atlassian Document Format.

    Args:
        document: what stands in the field, read from JSON.

    Returns:
        The texts of its nodes, paragraphs on lines of their own.
    """
    return _tidy("".join(_texts(document)))


def _texts(node: object) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    text = node.get("text")
    if isinstance(text, str):
        yield text
    content = node.get("content")
    for inner in content if isinstance(content, list) else ():
        yield from _texts(inner)
    if node.get("type") in _BLOCKS:
        yield "\n"


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Keeps what a browser would show as text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's signature
        if tag in _SILENT:
            self.silent += 1
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(self.silent - 1, 0)
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(" ".join(data.split("\n")) if data.strip() else " ")
