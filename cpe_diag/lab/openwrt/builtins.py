"""What the shell itself knows: echo, test, cd, wait, exit, sh, timeout and their kind."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt.shell import Call, Leave, whole_number
from cpe_diag.lab.openwrt.streams import Given

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

# busybox timeout.c: a command that was ended shows the signal, 128 + SIGTERM.
TIMED_OUT = 143

# XCU printf, and the escapes of busybox echo -e.
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "b": "\b", "0": "\0", '"': '"'}


def unescaped(text: str) -> str:
    """Resolve backslash escapes; octal ones up to three digits."""

    def one(match: re.Match[str]) -> str:
        octal = match.group(1)
        if octal is not None:
            return chr(int(octal, 8) % 256)
        return ESCAPES.get(match.group(2), match.group(0))

    return re.sub(r"\\(?:0?([0-7]{1,3})|(.))", one, text)


async def echo(call: Call) -> int:
    """Print the arguments; -n without a newline, -e with escapes."""
    args = list(call.args)
    newline, escapes = True, False
    while args and re.fullmatch(r"-[neE]+", args[0]):
        flags = args.pop(0)
        newline = newline and "n" not in flags
        escapes = escapes or "e" in flags
    text = " ".join(args)
    call.streams.say((unescaped(text) if escapes else text) + ("\n" if newline else ""))
    return 0


async def printf(call: Call) -> int:
    """Print a format; it is used again as long as arguments are left."""
    if not call.args:
        call.streams.complain(f"{call.name}: usage: printf FORMAT [ARG]...\n")
        return 1
    form, *values = call.args
    directives = len(re.findall(r"%[-0-9.]*[sdiuxc]", form))
    while True:
        call.streams.say(_formatted(form, values))
        if not values or not directives:
            return 0


def _formatted(form: str, values: list[str]) -> str:
    def one(match: re.Match[str]) -> str:
        escape, width, kind = match.groups()
        if escape is not None:
            return unescaped(escape)
        if kind == "%":
            return "%"
        value = values.pop(0) if values else ""
        if kind in "diux":
            number = int(value, 0) if re.fullmatch(r"-?(0x)?[0-9a-fA-F]+", value) else 0
            return f"%{width}{'x' if kind == 'x' else 'd'}" % number
        return f"%{width}s" % value

    return re.sub(r"(\\0?[0-7]{1,3}|\\.)|%([-0-9.]*)([sdiuxc%])", one, form)


async def true(_call: Call) -> int:
    """Do nothing, well."""
    return 0


async def false(_call: Call) -> int:
    """Do nothing, badly."""
    return 1


async def test(call: Call) -> int:
    """Judge an expression; `[` wants its `]`."""
    args = list(call.args)
    if call.name == "[" and (not args or args.pop() != "]"):
        call.streams.complain(f"{call.shell.name}: [: missing ]\n")
        return 2
    return int(not _judged(call, args))


def _judged(call: Call, args: list[str]) -> bool:
    for word, join in (("-o", any), ("-a", all)):
        if word in args[1:-1]:
            place = args.index(word, 1)
            return join((_judged(call, args[:place]), _judged(call, args[place + 1 :])))
    match args:
        case ["!", *rest] if rest:
            return not _judged(call, rest)
        case [text]:
            return bool(text)
        case [flag, text]:
            return _unary(call, flag, text)
        case [left, operator, right]:
            return _binary(left, operator, right)
        case _:
            return False


def _unary(call: Call, flag: str, text: str) -> bool:
    files = call.machine.files
    match flag:
        case "-n" | "-z":
            return bool(text) == (flag == "-n")
        case "-c":
            return text in call.machine.devices
        case "-d":
            return files.is_folder(text)
        case "-s":
            return bool(files.read(text))
        case "-e" | "-f" | "-r" | "-x":
            there = files.read(text) is not None or files.is_folder(text)
            return there or text.rpartition("/")[2] in call.shell.programs
        case _:
            return False


def _binary(left: str, operator: str, right: str) -> bool:
    if operator in ("=", "==", "!="):
        return (left == right) == (operator != "!=")
    try:
        difference = int(left) - int(right)
    except ValueError:
        return False
    return {
        "-eq": difference == 0,
        "-ne": difference != 0,
        "-gt": difference > 0,
        "-ge": difference >= 0,
        "-lt": difference < 0,
        "-le": difference <= 0,
    }.get(operator, False)


async def leave(call: Call) -> int:
    """Leave a shell, function or loop: exit, return, break, continue."""
    status = call.shell.status
    if call.args and call.args[0].isdigit():
        status = int(call.args[0]) % 256
    raise Leave(call.name, status)


async def export(call: Call) -> int:
    """Set variables (export, local, readonly)."""
    for arg in call.args:
        name, equals, value = arg.partition("=")
        if equals:
            call.shell.variables[name] = value
    return 0


async def unset(call: Call) -> int:
    """Forget variables."""
    for name in call.args:
        call.shell.variables.pop(name, None)
    return 0


async def shift(call: Call) -> int:
    """Move the arguments on by one or more."""
    count = whole_number(call.args[0]) if call.args else 1
    call.shell.arguments = call.shell.arguments[count:]
    return 0


async def read(call: Call) -> int:
    """Read a line into variables; 1 at the end of the input."""
    names = [arg for arg in call.args if not arg.startswith("-")] or ["REPLY"]
    line = (await call.streams.stdin.read_line()).decode("utf-8", "surrogateescape")
    text = line.removesuffix("\n")
    whole = call.shell.variables.get("IFS") == ""
    fields = [text] if whole else text.split(None, len(names) - 1)
    for index, name in enumerate(names):
        value = fields[index] if index < len(fields) else ""
        call.shell.variables[name] = value if whole else value.strip()
    return 0 if line else 1


async def wait(call: Call) -> int:
    """Wait for background jobs; the status is the named one's."""
    numbers = [int(arg) for arg in call.args if arg.isdigit()] or list(call.shell.jobs)
    status = 0
    for number in numbers:
        task = call.shell.jobs.get(number)
        if task is None:
            status = 127
            continue
        await asyncio.wait({task})
        status = TIMED_OUT if task.cancelled() else task.result()
    return status if call.args else 0


async def kill(call: Call) -> int:
    """End background jobs of this shell, or ask whether they run (`-0`)."""
    status = 0
    only_ask = "-0" in call.args
    every = {**call.machine.daemons, **call.shell.jobs}
    for arg in call.args:
        if arg.startswith("-"):
            continue
        task = every.get(int(arg)) if arg.isdigit() else None
        if task is None or task.done():
            call.streams.complain(f"{call.shell.name}: can't kill pid {arg}: No such process\n")
            status = 1
        elif not only_ask:
            task.cancel()
    return status


async def sleep(call: Call) -> int:
    """Wait some seconds."""
    if not call.args or not re.fullmatch(r"\d+(\.\d+)?", call.args[0]):
        call.streams.complain(f"sleep: invalid number '{' '.join(call.args)}'\n")
        return 1
    await call.machine.world.sleep(float(call.args[0]))
    return 0


async def timeout(call: Call) -> int:
    """Run a command, and end it when its time is over."""
    args = list(call.args)
    while args and args[0].startswith("-"):
        flag = args.pop(0)
        if flag in ("-s", "-k") and args:
            args.pop(0)
    if len(args) < 2 or not re.fullmatch(r"\d+(\.\d+)?", args[0]):  # noqa: PLR2004 - time, command
        call.streams.complain("Usage: timeout [-s SIG] [-k KILL_SECS] SECS PROG ARGS\n")
        return 1
    seconds, name, *rest = args

    async def work() -> int:
        return await _alone(call, lambda: call.shell.copy().call(name, tuple(rest), call.streams))

    async def limit() -> int:
        await call.machine.world.sleep(float(seconds))
        return TIMED_OUT

    tasks = [asyncio.ensure_future(work()), asyncio.ensure_future(limit())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return tasks[0].result() if tasks[0] in done else TIMED_OUT
    finally:
        for task in tasks:
            task.cancel()


async def _alone(call: Call, run: Callable[[], Awaitable[int]]) -> int:
    """Run something as a process of its own: `exit` in it ends it and not more."""
    try:
        return await run()
    except Leave as left:
        return left.status
    finally:
        call.shell.status = 0


async def sh(call: Call) -> int:
    """Run a script: `-c text`, from the input with `-s` or without arguments, or from a file."""
    args = list(call.args)
    child = replace(
        call.shell.copy(), name=call.name.rpartition("/")[2], functions={}, arguments=()
    )
    if args[:1] == ["-c"] and len(args) > 1:
        child.arguments = tuple(args[3:])
        child.name = args[2] if len(args) > 2 else child.name  # noqa: PLR2004 - its own $0
        return await child.run(args[1], call.streams)
    if not args or args[0] == "-s":
        child.arguments = tuple(args[1:])
        text = await call.streams.read_text()
        return await child.run(text, replace(call.streams, stdin=Given(b"")))
    content = call.machine.files.read(args[0])
    if content is None:
        call.streams.complain(f"{call.name}: can't open '{args[0]}': No such file or directory\n")
        return 2
    child.arguments = tuple(args[1:])
    return await child.run(content.decode(), call.streams)


async def evaluate(call: Call) -> int:
    """Run the arguments as a script in this shell (`eval`)."""
    return await call.shell.run(" ".join(call.args), call.streams)


async def execute(call: Call) -> int:
    """Become another command: nothing of this shell runs after it (`exec`)."""
    if not call.args:
        return 0
    raise Leave("exit", await call.shell.call(call.args[0], call.args[1:], call.streams))


async def command(call: Call) -> int:
    """Say where a command is (`-v`), or run it."""
    args = list(call.args)
    if args[:1] != ["-v"]:
        if not args:
            return 0
        return await call.shell.call(args[0], tuple(args[1:]), call.streams)
    name = args[1] if len(args) > 1 else ""
    if name in BUILT_IN or name in call.shell.functions:
        call.streams.say(f"{name}\n")
        return 0
    if name in call.shell.programs:
        call.streams.say(f"/usr/bin/{name}\n")
        return 0
    return 127


async def run_detached(call: Call) -> int:
    """Run a command that outlives the session (setsid, nohup): here it is run as it is."""
    if not call.args:
        return 1
    return await call.shell.call(call.args[0], call.args[1:], call.streams)


# POSIX XCU 2.14 and what busybox ash builds in.
BUILT_IN = frozenset(
    (
        *(":", "[", "break", "cd", "command", "continue", "echo", "eval", "exec", "exit"),
        *("export", "false", "kill", "local", "printf", "read", "return", "set", "shift"),
        *("test", "trap", "true", "umask", "unset", "wait"),
    )
)
