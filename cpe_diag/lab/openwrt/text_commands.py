"""Commands over text, as far as batch scripts use them: cat, head, tail, grep, sed, cut, wc."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt.shell import pattern, whole_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.lab.openwrt.shell import Call

DEFAULT_LINES = 10


async def _inputs(call: Call, paths: list[str]) -> tuple[list[str], int]:
    """Give the texts of files, or of the standard input; 1 when one is missing."""
    if not paths:
        return [await call.streams.read_text()], 0
    texts: list[str] = []
    status = 0
    for path in paths:
        content = call.machine.files.read(path)
        if path == "-":
            texts.append(await call.streams.read_text())
        elif content is not None:
            texts.append(content.decode("utf-8", "surrogateescape"))
        else:
            folder = call.machine.files.is_folder(path)
            reason = "Is a directory" if folder else "No such file or directory"
            doing = "read error" if folder else f"can't open '{path}'"
            call.streams.complain(f"{call.name}: {doing}: {reason}\n")
            status = 1
    return texts, status


async def cat(call: Call) -> int:
    """Print files one after the other."""
    texts, status = await _inputs(call, [arg for arg in call.args if arg != "-u"])
    call.streams.say("".join(texts))
    return status


def _count(call: Call) -> tuple[int, str, list[str]]:
    """Take `-n 5`, `-n5`, `-5`, `-c 5` apart into number, unit and paths."""
    args = list(call.args)
    number, unit = DEFAULT_LINES, "n"
    while args and args[0].startswith("-") and args[0] != "-":
        flag = args.pop(0)
        match = re.fullmatch(r"-([nc]?)(\+?\d*)", flag)
        if match is None:
            continue
        unit = match.group(1) or "n"
        number = whole_number(match.group(2) or (args.pop(0) if args else str(number)))
    return number, unit, args


async def head(call: Call) -> int:
    """Print the beginning."""
    number, unit, paths = _count(call)
    texts, status = await _inputs(call, paths)
    for text in texts:
        lines = text.splitlines(keepends=True)
        call.streams.say(text[:number] if unit == "c" else "".join(lines[:number]))
    return status


async def tail(call: Call) -> int:
    """Print the end."""
    number, unit, paths = _count(call)
    texts, status = await _inputs(call, paths)
    for text in texts:
        lines = text.splitlines(keepends=True)
        call.streams.say(text[-number:] if unit == "c" else "".join(lines[-number:]))
    return status


async def grep(call: Call) -> int:
    """Print the lines that match; -i -v -c -q -E -F -o -e -m."""
    args = list(call.args)
    flags: set[str] = set()
    patterns: list[str] = []
    most: int | None = None
    while args and args[0].startswith("-") and len(args[0]) > 1:
        letters = args.pop(0)[1:]
        for index, letter in enumerate(letters):
            if letter in "em":
                value = letters[index + 1 :] or (args.pop(0) if args else "")
                if letter == "e":
                    patterns.append(value)
                else:
                    most = whole_number(value)
                break
            flags.add(letter)
    if not patterns:
        if not args:
            call.streams.complain("BusyBox v1.36.1: Usage: grep [-HhnlLoqvsrRiwFE] PATTERN\n")
            return 2
        patterns = args.pop(0).split("\n")
    texts, status = await _inputs(call, args)
    matches = _matcher(patterns, flags)
    lines = [line for text in texts for line in text.splitlines()]
    found = [line for line in lines if (matches(line) is not None) != ("v" in flags)][:most]
    if "c" in flags:
        call.streams.say(f"{len(found)}\n")
    elif "o" in flags:
        hits = (matches(line) for line in found)
        call.streams.say("".join(f"{hit.group(0)}\n" for hit in hits if hit is not None))
    elif "q" not in flags:
        call.streams.say("".join(f"{line}\n" for line in found))
    return 0 if found else 2 if status else 1


def _matcher(patterns: list[str], flags: set[str]) -> Callable[[str], re.Match[str] | None]:
    if "F" in flags:
        sources = [re.escape(each) for each in patterns]
    else:
        sources = [python_pattern(each, extended="E" in flags) for each in patterns]
    text = "|".join(f"(?:{source})" for source in sources)
    if "w" in flags:
        text = rf"\b(?:{text})\b"
    return pattern(text, re.IGNORECASE if "i" in flags else 0).search


def python_pattern(posix: str, *, extended: bool) -> str:
    """Turn a POSIX pattern into one of Python's; a basic one escapes what is special."""
    classes = {"[:space:]": r"\s", "[:digit:]": "0-9", "[:alpha:]": "A-Za-z", "[:alnum:]": r"\w"}
    for name, text in classes.items():
        posix = posix.replace(name, text)
    if extended:
        return posix
    return re.sub(
        r"\\([|(){}+?])|([|(){}+?])",
        lambda match: match.group(1) or "\\" + match.group(2),
        posix,
    )


async def sed(call: Call) -> int:
    """Edit lines: `s/a/b/g`, `/c/s/a/b/`, `/a/d`, `Np`, `N,Mp`; -n, -e, -E."""
    args = list(call.args)
    quiet, extended = False, False
    scripts: list[str] = []
    while args and args[0].startswith("-"):
        flag = args.pop(0)
        quiet = quiet or flag == "-n"
        extended = extended or flag in ("-E", "-r")
        if flag == "-e" and args:
            scripts.append(args.pop(0))
    if not scripts:
        scripts = [args.pop(0)] if args else []
    steps = [step.strip() for script in scripts for step in re.split(r";(?=\s*[/s\d])", script)]
    texts, status = await _inputs(call, args)
    printed: list[str] = []
    for number, line in enumerate("".join(texts).splitlines(), start=1):
        result = _edited(line, number, steps, extended=extended)
        if result is None:
            call.streams.complain(f"sed: unsupported command {scripts[0]}\n")
            return 1
        printed += [*([] if quiet or result.deleted else [result.line]), *result.extra]
    call.streams.say("".join(f"{line}\n" for line in printed))
    return status


class _Edited:
    """One line on its way through a sed script."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.deleted = False
        self.extra: list[str] = []


def _holds(posix: str, line: str, *, extended: bool) -> bool:
    return pattern(python_pattern(posix, extended=extended)).search(line) is not None


def _edited(line: str, number: int, steps: list[str], *, extended: bool) -> _Edited | None:
    state = _Edited(line)
    for step in steps:
        substitution = re.fullmatch(
            r"(?:/((?:\\.|[^/])*)/)?s(.)((?:\\.|(?!\2).)*)\2((?:\\.|(?!\2).)*)\2([gpi]*)", step
        )
        address = re.fullmatch(r"(?:/(.*)/|(\d+)(?:,(\d+))?)([pd])", step)
        if substitution is not None:
            where, _, wanted, text, flags = substitution.groups()
            if where is not None and not _holds(where, state.line, extended=extended):
                continue
            source = python_pattern(wanted, extended=extended)
            target = re.sub(r"(?<!\\)&", r"\\g<0>", text)
            state.line, hits = re.subn(source, target, state.line, count=0 if "g" in flags else 1)
            if hits and "p" in flags:
                state.extra.append(state.line)
        elif address is not None:
            wanted, first, last, verb = address.groups()
            if wanted is not None:
                chosen = _holds(wanted, state.line, extended=extended)
            else:
                chosen = int(first) <= number <= int(last or first)
            if chosen and verb == "d":
                state.deleted = True
            elif chosen:
                state.extra.append(state.line)
        else:
            return None
    return state


async def cut(call: Call) -> int:
    """Print fields (-d, -f) or characters (-c) of each line."""
    args = list(call.args)
    delimiter, ranges, characters = "\t", "1", False
    while args and args[0].startswith("-"):
        flag = args.pop(0)
        value = flag[2:] or (args.pop(0) if args else "")
        if flag[1] == "d":
            delimiter = value
        else:
            ranges, characters = value, flag[1] == "c"
    texts, status = await _inputs(call, args)
    for line in "".join(texts).splitlines():
        pieces = list(line) if characters else line.split(delimiter)
        chosen = [
            piece for index, piece in enumerate(pieces, start=1) if _in_ranges(index, ranges)
        ]
        whole = not characters and delimiter not in line
        call.streams.say(
            (line if whole else ("" if characters else delimiter).join(chosen)) + "\n"
        )
    return status


def _in_ranges(index: int, ranges: str) -> bool:
    for piece in ranges.split(","):
        first, dash, last = piece.partition("-")
        if not dash and index == whole_number(first):
            return True
        if dash and whole_number(first or "1") <= index <= whole_number(last or str(index)):
            return True
    return False


async def wc(call: Call) -> int:
    """Count lines, words and bytes."""
    flags = "".join(arg[1:] for arg in call.args if arg.startswith("-"))
    paths = [arg for arg in call.args if not arg.startswith("-")]
    texts, status = await _inputs(call, paths)
    for index, text in enumerate(texts):
        counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
        chosen = [str(counts[letter]) for letter in "lwc" if not flags or letter in flags]
        name = f" {paths[index]}" if paths else ""
        call.streams.say(" ".join(chosen) + name + "\n")
    return status


async def sort(call: Call) -> int:
    """Put lines in order; -u once each, -r backwards, -n by number."""
    flags = "".join(arg[1:] for arg in call.args if arg.startswith("-"))
    texts, status = await _inputs(call, [arg for arg in call.args if not arg.startswith("-")])
    lines = "".join(texts).splitlines()

    def by_number(line: str) -> tuple[float, str]:
        match = re.match(r"\s*(-?\d+)", line)
        return (float(match.group(1)) if match else 0.0, line)

    ordered = sorted(lines, key=by_number) if "n" in flags else sorted(lines)
    if "r" in flags:
        ordered.reverse()
    if "u" in flags:
        ordered = list(dict.fromkeys(ordered))
    call.streams.say("".join(f"{line}\n" for line in ordered))
    return status


async def tr(call: Call) -> int:
    """Replace or delete (-d) characters, listed one by one."""
    text = await call.streams.read_text()
    if len(call.args) > 1 and call.args[0] == "-d":
        drop = call.args[1].replace("\\n", "\n").replace("\\r", "\r")
        call.streams.say("".join(character for character in text if character not in drop))
        return 0
    if len(call.args) != 2:  # noqa: PLR2004 - from and to
        return 1
    source, target = (
        arg.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0") for arg in call.args
    )
    target = target.ljust(len(source), target[-1:] or " ")
    call.streams.say(text.translate(str.maketrans(source, target[: len(source)])))
    return 0
