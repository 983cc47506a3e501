"""The `uci` command: reads and stages configuration; also `uci batch` with lines on its input."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt.uci import Path, Uci, UciError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.lab.openwrt.shell import Call
    from cpe_diag.lab.openwrt.streams import Streams

# uci's own usage text, shortened to what fits its commands here; its exit status is 255.
USAGE = """Usage: uci [<options>] <command> [<arguments>]

Commands:
\tbatch
\texport     [<config>]
\tchanges    [<config>]
\tcommit     [<config>]
\tadd        <config> <section-type>
\tadd_list   <config>.<section>.<option>=<string>
\tdel_list   <config>.<section>.<option>=<string>
\tshow       [<config>[.<section>[.<option>]]]
\tget        <config>.<section>[.<option>]
\tset        <config>.<section>[.<option>]=<value>
\tdelete     <config>[.<section>[[.<option>][=<id>]]]
\trevert     <config>[.<section>[.<option>]]

"""
USAGE_STATUS = 255


async def uci(call: Call) -> int:
    """Run one command, or a batch of them."""
    args = list(call.args)
    quiet = plain_names = False
    while args and args[0].startswith("-"):
        quiet = quiet or args[0] == "-q"
        plain_names = plain_names or args[0] == "-X"
        args.pop(0)
    if not args:
        call.streams.complain(USAGE)
        return USAGE_STATUS
    state = Uci(call.machine.router, plain_names=plain_names)
    note_commit = call.machine.committed_here
    call.machine.loaded_wifi()
    if args == ["batch"]:
        return _batch(state, await call.streams.read_text(), call.streams, note_commit)
    try:
        return _run(state, args, call.streams, note_commit)
    except UciError as error:
        if not quiet:
            call.streams.complain(f"uci: {error}\n")
        return 1


def _batch(state: Uci, text: str, streams: Streams, note_commit: Callable[[], None]) -> int:
    for line in text.split("\n"):
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            streams.complain("uci: Parse error\n")
            continue
        if not words:
            continue
        try:
            if _run(state, words, streams, note_commit) == USAGE_STATUS:
                streams.complain("Unknown command\n")
        except UciError as error:
            streams.complain(f"uci: {error}\n")
    return 0


def _run(state: Uci, args: list[str], streams: Streams, note_commit: Callable[[], None]) -> int:
    verb, *rest = args
    lines = _read(state, verb, rest)
    if lines is None:
        lines = _change(state, verb, rest)
        if verb == "commit":
            note_commit()
    if lines is None:
        streams.complain(USAGE)
        return USAGE_STATUS
    streams.say("".join(f"{line}\n" for line in lines))
    return 0


def _read(state: Uci, verb: str, rest: list[str]) -> list[str] | None:
    """Give the lines of a command that only looks; None for another one."""
    match verb, rest:
        case "show", []:
            return [line for name in state.configs() for line in state.show(Path(config=name))]
        case "show", [name]:
            return state.show(state.parse(name))
        case "get", [name]:
            value = state.get(state.parse(name))
            return [value if isinstance(value, str) else " ".join(value)]
        case "export", _:
            names = rest or state.configs()
            return [
                line for name in names for line in (f"package {name}", "", *state.export(name))
            ]
        case "changes", _:
            return [line for name in rest or state.configs() for line in state.changes(name)]
        case _:
            return None


def _change(state: Uci, verb: str, rest: list[str]) -> list[str] | None:
    """Give the lines of a command that stages or commits; None for another one."""
    match verb, rest:
        case "add", [config, kind]:
            return [state.add(config, kind)]
        case (("set" | "add_list" | "del_list"), [assignment]) if "=" in assignment:
            name, _, text = assignment.partition("=")
            change = {"set": state.set, "add_list": state.add_list, "del_list": state.del_list}
            change[verb](state.parse(name), text)
        case "delete", [name]:
            state.delete(state.parse(name))
        case "commit", _:
            for name in rest or state.configs():
                state.commit(name)
        case "revert", [name]:
            state.revert(state.parse(name))
        case _:
            return None
    return []
