"""Runs parsed scripts as busybox ash does: expansion, pipelines, background jobs, redirections."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, assert_never

from cpe_diag.lab.openwrt.expansion import expand_text, expand_words, matches
from cpe_diag.lab.openwrt.machine import Machine
from cpe_diag.lab.openwrt.parser import parse
from cpe_diag.lab.openwrt.streams import Collected, Given, Nowhere, OutputGoneError, Pipe, Streams
from cpe_diag.lab.openwrt.syntax import (
    AndOr,
    Choice,
    Command,
    Condition,
    ForLoop,
    Function,
    Group,
    Heredoc,
    Pipeline,
    Redirect,
    Script,
    ScriptError,
    Simple,
    Subshell,
    WhileLoop,
    Word,
)

# OpenWrt, /etc/profile.
PATH = ("/bin", "/sbin", "/usr/bin", "/usr/sbin")

# POSIX XCU 2.8.2: exit status of a command that was not found, and of a syntax error in ash.
NOT_FOUND = 127
SYNTAX_ERROR = 2
# What SIGPIPE leaves: 128 and its number.
NOBODY_READS = 141


class Program(Protocol):
    """A command of the router: reads a call, writes to its streams, gives the exit status."""

    async def __call__(self, call: Call, /) -> int:
        """Run it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One command as it is started: its name, its arguments, its streams, its shell."""

    name: str
    args: tuple[str, ...]
    streams: Streams
    shell: Shell

    @property
    def machine(self) -> Machine:
        """The router that it runs on."""
        return self.shell.machine


class BadArgumentError(Exception):
    """An argument is not what the command takes; the message is the command's own."""


def whole_number(text: str) -> int:
    """Read an argument that has to be a whole number.

    Raises:
        BadArgumentError: it is none; in busybox's words.
    """
    if not re.fullmatch(r"[-+]?\d+", text):
        message = f"invalid number '{text}'"
        raise BadArgumentError(message)
    return int(text)


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Read an argument that has to be a pattern of Python's kind.

    Raises:
        BadArgumentError: it is none; in busybox's words.
    """
    try:
        return re.compile(text, flags)
    except re.error as error:
        message = f"bad regex '{text}': {error.msg}"
        raise BadArgumentError(message) from error


class Leave(Exception):  # noqa: N818 - not an error but the way out of a loop, function or shell
    """`exit`, `return`, `break` or `continue`, on its way to where it ends."""

    def __init__(self, what: str, status: int) -> None:
        """Carry what is left and with which status."""
        super().__init__(what)
        self.what = what
        self.status = status


@dataclass(slots=True, kw_only=True)
class Shell:
    """One shell: its variables, functions, jobs and last status. `name` is its `$0`."""

    machine: Machine
    programs: Mapping[str, Program]
    name: str = "ash"
    variables: dict[str, str] = field(default_factory=dict)
    functions: dict[str, Command] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    status: int = 0
    jobs: dict[int, asyncio.Task[int]] = field(default_factory=dict)
    """The background jobs that this shell started, by process number."""
    last_job: int = 0
    substituted: int | None = None
    """The status of the last `$(...)` in the command that is being expanded."""
    running: set[asyncio.Task[int]] = field(default_factory=set)
    """Jobs that hold the session's output: the session ends when they have ended."""

    def copy(self) -> Shell:
        """Give a subshell: it sees everything and changes nothing here."""
        return replace(
            self, variables=dict(self.variables), functions=dict(self.functions), jobs={}
        )

    async def run(self, text: str, streams: Streams) -> int:
        """Run a script and give its exit status; `exit` ends it."""
        try:
            script = parse(text)
        except ScriptError as error:
            streams.complain(f"{self.name}: {error}\n")
            return SYNTAX_ERROR
        try:
            return await self.script(script, streams)
        except Leave as leave:
            self.status = leave.status
            return leave.status

    async def script(self, script: Script, streams: Streams) -> int:
        """Run lists one after the other; the status is the last one's."""
        for item in script.items:
            if item.background:
                self._start(item, streams)
                self.status = 0
            else:
                self.status = await self._and_or(item, streams)
        return self.status if script.items else 0

    async def drain(self) -> None:
        """Wait for the jobs that still write to the session."""
        while self.running:
            await asyncio.wait(set(self.running))

    def _start(self, item: AndOr, streams: Streams) -> None:
        child = self.copy()
        inner = replace(streams, stdin=Nowhere())
        task = self.machine.spawn(_job(child, item, inner))
        self.last_job = self.machine.next_pid()
        self.jobs[self.last_job] = self.machine.daemons[self.last_job] = task
        if not _detached(item):
            self.running.add(task)
            task.add_done_callback(self.running.discard)

    async def _and_or(self, item: AndOr, streams: Streams) -> int:
        status = 0
        for operator, pipeline in item.items:
            if (operator == "&&" and status != 0) or (operator == "||" and status == 0):
                continue
            status = await self._pipeline(pipeline, streams)
            self.status = status
        return status

    async def _pipeline(self, pipeline: Pipeline, streams: Streams) -> int:
        if len(pipeline.commands) == 1:
            status = await self.command(pipeline.commands[0], streams)
        else:
            pipes = [Pipe() for _ in pipeline.commands[1:]]
            stages = []
            for index, command in enumerate(pipeline.commands):
                inner = replace(
                    streams,
                    stdin=pipes[index - 1] if index else streams.stdin,
                    stdout=pipes[index] if index < len(pipes) else streams.stdout,
                )
                pipe = pipes[index] if index < len(pipes) else None
                stages.append(_stage(self.copy(), command, inner, pipe))
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(stage) for stage in stages]
            status = tasks[-1].result()
        return int(status == 0) if pipeline.negated else status

    async def command(  # noqa: PLR0911 - one way out per kind of command
        self, command: Command, streams: Streams
    ) -> int:
        """Run one command of any kind, with its redirections."""
        kind = command.kind
        files: list[tuple[str, Collected]] = []
        redirected = await self._redirect(command.redirects, streams, files)
        if redirected is None:
            return 1
        try:
            match kind:
                case Simple():
                    return await self._simple(kind, redirected)
                case Group():
                    return await self.script(kind.body, redirected)
                case Subshell():
                    return await _subshell(self.copy(), kind.body, redirected)
                case Condition():
                    return await self._condition(kind, redirected)
                case Choice():
                    return await self._choice(kind, redirected)
                case ForLoop() | WhileLoop():
                    return await self._loop(kind, redirected)
                case Function():
                    self.functions[kind.name] = kind.body
                    return 0
                case _:
                    assert_never(kind)
        finally:
            for path, content in files:
                self.machine.files.write(path, bytes(content.data))

    async def _simple(self, simple: Simple, streams: Streams) -> int:
        self.substituted = None
        words = await expand_words(self, simple.words, streams)
        values = {
            name: await expand_text(self, word, streams) for name, word in simple.assignments
        }
        if not words:
            self.variables.update(values)
            return self.substituted or 0
        if not values:
            return await self.call(words[0], tuple(words[1:]), streams)
        # XCU 2.9.1: they are of this command alone; what a built-in sets beside them stays.
        before = {name: self.variables.get(name) for name in values}
        self.variables.update(values)
        try:
            return await self.call(words[0], tuple(words[1:]), streams)
        finally:
            for name, value in before.items():
                if value is None:
                    self.variables.pop(name, None)
                else:
                    self.variables[name] = value

    async def call(self, name: str, args: tuple[str, ...], streams: Streams) -> int:
        """Run a function or program by name; an unknown one is 127, in ash's words."""
        function = self.functions.get(name)
        if function is not None:
            return await self._function(function, args, streams)
        folder, _, base = name.rpartition("/")
        program = self.programs.get(name)
        if folder in PATH:
            program = self.programs.get(base)
        if program is None:
            streams.complain(f"{self.name}: {name}: not found\n")
            return NOT_FOUND
        try:
            return await program(Call(name=name, args=args, streams=streams, shell=self))
        except BadArgumentError as error:
            streams.complain(f"{base}: {error}\n")
            return 1

    async def _function(self, function: Command, args: tuple[str, ...], streams: Streams) -> int:
        outer = self.arguments
        self.arguments = args
        try:
            return await self.command(function, streams)
        except Leave as leave:
            if leave.what != "return":
                raise
            return leave.status
        finally:
            self.arguments = outer

    async def _condition(self, condition: Condition, streams: Streams) -> int:
        for test, body in condition.branches:
            if await self.script(test, streams) == 0:
                return await self.script(body, streams)
        if condition.otherwise is not None:
            return await self.script(condition.otherwise, streams)
        return 0

    async def _choice(self, choice: Choice, streams: Streams) -> int:
        text = await expand_text(self, choice.word, streams)
        for patterns, body in choice.branches:
            for pattern_word in patterns:
                if await matches(self, text, pattern_word, streams):
                    return await self.script(body, streams)
        return 0

    async def _loop(self, loop: ForLoop | WhileLoop, streams: Streams) -> int:
        status = 0
        rounds = (
            iter(await expand_words(self, loop.words, streams))
            if isinstance(loop, ForLoop)
            else None
        )
        while True:
            if isinstance(loop, ForLoop):
                value = next(rounds, None) if rounds is not None else None
                if value is None:
                    return status
                self.variables[loop.name] = value
            elif (await self.script(loop.condition, streams) == 0) == loop.negated:
                return status
            try:
                status = await self.script(loop.body, streams)
            except Leave as leave:
                if leave.what == "break":
                    return 0
                if leave.what != "continue":
                    raise

    async def _redirect(
        self, redirects: tuple[Redirect, ...], streams: Streams, files: list[tuple[str, Collected]]
    ) -> Streams | None:
        """Give the streams after redirection; None when a file could not be opened."""
        for redirect in redirects:
            if isinstance(redirect.target, Heredoc):
                word = Word(parts=tuple(redirect.target.parts))
                text = await expand_text(self, word, streams)
                streams = replace(streams, stdin=Given(text.encode()))
                continue
            target = await expand_text(self, redirect.target, streams)
            if redirect.operator in (">&", "<&"):
                streams = _duplicated(streams, redirect.fd, target)
            elif redirect.operator == "<":
                content = self.machine.files.read(target)
                if content is None:
                    streams.complain(f"{self.name}: can't open {target}: no such file\n")
                    return None
                streams = replace(streams, stdin=Given(content))
            else:
                streams = self._to_file(redirect, target, streams, files)
        return streams

    def _to_file(
        self,
        redirect: Redirect,
        target: str,
        streams: Streams,
        files: list[tuple[str, Collected]],
    ) -> Streams:
        outlet: Nowhere | Collected = Nowhere()
        if target != "/dev/null":
            kept = self.machine.files.read(target) if redirect.operator == ">>" else None
            outlet = Collected(bytearray(kept or b""))
            files.append((target, outlet))
        if redirect.fd == 2:  # noqa: PLR2004 - the number of the standard error
            return replace(streams, stderr=outlet)
        return replace(streams, stdout=outlet)

    async def substitute(self, script: Script, streams: Streams) -> str:
        """Give the output of `$(...)` without the newlines at its end."""
        collected = Collected()
        child = replace(self.copy(), running=set())
        self.substituted = await _subshell(child, script, replace(streams, stdout=collected))
        await child.drain()
        text = collected.data.decode("utf-8", "surrogateescape")
        return re.sub(r"\n+\Z", "", text)


def _duplicated(streams: Streams, fd: int, target: str) -> Streams:
    if target == "-":
        return streams
    source = streams.stderr if target == "2" else streams.stdout
    if fd == 2:  # noqa: PLR2004 - the number of the standard error
        return replace(streams, stderr=source)
    return replace(streams, stdout=source) if fd == 1 else streams


def _detached(item: AndOr) -> bool:
    """Whether a background list writes nothing to the session it was started from."""
    commands = [command for _, pipeline in item.items for command in pipeline.commands]
    return all({1, 2} <= {redirect.fd for redirect in command.redirects} for command in commands)


async def _job(shell: Shell, item: AndOr, streams: Streams) -> int:
    body = Script(items=(replace(item, background=False),))
    try:
        return await _subshell(shell, body, streams)
    except* OutputGoneError:
        pass
    return NOBODY_READS


async def _subshell(shell: Shell, body: Script, streams: Streams) -> int:
    try:
        return await shell.script(body, streams)
    except Leave as leave:
        return leave.status


async def _stage(shell: Shell, command: Command, streams: Streams, pipe: Pipe | None) -> int:
    try:
        return await shell.command(command, streams)
    except Leave as leave:
        return leave.status
    finally:
        if pipe is not None:
            pipe.close()
