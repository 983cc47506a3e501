"""Shell text -> Script, by recursive descent."""

from __future__ import annotations

import re
from functools import lru_cache

from cpe_diag.lab.openwrt.scanner import Scanner, Token
from cpe_diag.lab.openwrt.syntax import (
    AndOr,
    Choice,
    Command,
    Condition,
    ForLoop,
    Function,
    Group,
    Heredoc,
    Kind,
    Literal,
    Pipeline,
    Redirect,
    Script,
    ScriptError,
    Simple,
    Subshell,
    WhileLoop,
    Word,
)

# XCU 2.4: reserved words that end a list.
CLOSING = frozenset({"}", "then", "elif", "else", "fi", "do", "done", "esac"})

# XCU 2.10.2 rule 7: what makes a word an assignment.
ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")

REDIRECT_OPERATORS = frozenset({"<", ">", ">>", "<&", ">&", "<<", "<<-"})


@lru_cache(maxsize=512)  # a router gets the same commands again and again
def parse(text: str) -> Script:
    """Parse a whole script, which nobody changes afterwards.

    Raises:
        ScriptError: it is not one.
    """
    scanner = Scanner(text, _script)
    script = _script(scanner)
    token = scanner.next()
    if token.operator or token.word is not None:
        raise ScriptError(_named(token))
    return script


def _named(token: Token) -> str:
    if token.word is not None:
        return f'"{token.word.plain}"' if token.word.plain else "word"
    if token.operator == "\n":
        return "newline"
    return f'"{token.operator}"' if token.operator else "end of file"


def _keyword(scanner: Scanner) -> str | None:
    token = scanner.peek()
    return token.word.plain if token.word is not None else None


def _expect(scanner: Scanner, keyword: str) -> None:
    token = scanner.next()
    if token.word is None or token.word.plain != keyword:
        raise ScriptError(_named(token))


def _skip_newlines(scanner: Scanner) -> None:
    while scanner.peek().operator == "\n":
        scanner.next()


def _script(scanner: Scanner) -> Script:
    items: list[AndOr] = []
    while True:
        while scanner.peek().operator in ("\n", ";"):
            token = scanner.next()
            if token.operator == ";" and not items:
                raise ScriptError('";"')
        token = scanner.peek()
        at_end = not token.operator and token.word is None
        closing = token.word is not None and token.word.plain in CLOSING
        if at_end or closing or token.operator in (")", ";;"):
            return Script(items=tuple(items))
        and_or = _and_or(scanner)
        token = scanner.peek()
        if token.operator == "&":
            scanner.next()
            and_or = AndOr(items=and_or.items, background=True)
        elif token.operator == ";":
            scanner.next()
        items.append(and_or)


def _and_or(scanner: Scanner) -> AndOr:
    items: list[tuple[str, Pipeline]] = [("", _pipeline(scanner))]
    while (operator := scanner.peek().operator) in ("&&", "||"):
        scanner.next()
        _skip_newlines(scanner)
        items.append((operator, _pipeline(scanner)))
    return AndOr(items=tuple(items))


def _pipeline(scanner: Scanner) -> Pipeline:
    negated = False
    while _keyword(scanner) == "!":
        scanner.next()
        negated = not negated
    commands = [_command(scanner)]
    while scanner.peek().operator == "|":
        scanner.next()
        _skip_newlines(scanner)
        commands.append(_command(scanner))
    return Pipeline(commands=tuple(commands), negated=negated)


def _command(scanner: Scanner) -> Command:
    token = scanner.peek()
    keyword = token.word.plain if token.word is not None else None
    kind: Kind
    if token.operator == "(":
        scanner.next()
        kind = Subshell(body=_script(scanner))
        closing = scanner.next()
        if closing.operator != ")":
            raise ScriptError(_named(closing))
    elif keyword == "{":
        scanner.next()
        kind = Group(body=_script(scanner))
        _expect(scanner, "}")
    elif keyword == "if":
        kind = _condition(scanner)
    elif keyword == "case":
        kind = _choice(scanner)
    elif keyword == "for":
        kind = _for(scanner)
    elif keyword in ("while", "until"):
        scanner.next()
        condition = _script(scanner)
        kind = WhileLoop(condition=condition, body=_do(scanner), negated=keyword == "until")
    else:
        return _simple(scanner)
    return Command(kind=kind, redirects=_redirects(scanner))


def _condition(scanner: Scanner) -> Condition:
    branches: list[tuple[Script, Script]] = []
    otherwise: Script | None = None
    scanner.next()
    while True:
        condition = _script(scanner)
        _expect(scanner, "then")
        branches.append((condition, _script(scanner)))
        token = scanner.next()
        keyword = token.word.plain if token.word is not None else None
        if keyword == "elif":
            continue
        if keyword == "else":
            otherwise = _script(scanner)
            token = scanner.next()
            keyword = token.word.plain if token.word is not None else None
        if keyword != "fi":
            raise ScriptError(_named(token))
        return Condition(branches=tuple(branches), otherwise=otherwise)


def _choice(scanner: Scanner) -> Choice:
    scanner.next()
    word = scanner.next().word
    if word is None:
        raise ScriptError(_named(scanner.peek()))
    _skip_newlines(scanner)
    _expect(scanner, "in")
    branches: list[tuple[tuple[Word, ...], Script]] = []
    while True:
        _skip_newlines(scanner)
        token = scanner.next()
        if token.word is not None and token.word.plain == "esac":
            return Choice(word=word, branches=tuple(branches))
        if token.operator == "(":
            token = scanner.next()
        patterns: list[Word] = []
        while token.word is not None:
            patterns.append(token.word)
            token = scanner.next()
            if token.operator == "|":
                token = scanner.next()
        if token.operator != ")" or not patterns:
            raise ScriptError(_named(token))
        branches.append((tuple(patterns), _script(scanner)))
        if scanner.peek().operator == ";;":
            scanner.next()


def _for(scanner: Scanner) -> ForLoop:
    scanner.next()
    name = scanner.next()
    if name.word is None or name.word.plain is None:
        raise ScriptError(_named(name))
    _expect(scanner, "in")
    words: list[Word] = []
    while (token := scanner.peek()).word is not None:
        words.append(token.word)
        scanner.next()
    if scanner.peek().operator in (";", "\n"):
        scanner.next()
    return ForLoop(name=name.word.plain, words=tuple(words), body=_do(scanner))


def _do(scanner: Scanner) -> Script:
    _skip_newlines(scanner)
    _expect(scanner, "do")
    body = _script(scanner)
    _expect(scanner, "done")
    return body


def _redirects(scanner: Scanner) -> tuple[Redirect, ...]:
    redirects: list[Redirect] = []
    while (redirect := _redirect(scanner)) is not None:
        redirects.append(redirect)
    return tuple(redirects)


def _redirect(scanner: Scanner) -> Redirect | None:
    fd = scanner.fd_before_redirect()
    operator = scanner.peek().operator
    if operator not in REDIRECT_OPERATORS:
        return None
    scanner.next()
    token = scanner.next()
    if token.word is None:
        raise ScriptError(_named(token))
    default = 0 if operator.startswith("<") else 1
    target: Word | Heredoc = token.word
    if operator.startswith("<<"):
        target = scanner.add_heredoc(token.word, strip_tabs=operator == "<<-")
        operator = "<<"
    return Redirect(fd=default if fd is None else fd, operator=operator, target=target)


def _simple(scanner: Scanner) -> Command:
    assignments: list[tuple[str, Word]] = []
    words: list[Word] = []
    redirects: list[Redirect] = []
    while True:
        redirect = _redirect(scanner)
        if redirect is not None:
            redirects.append(redirect)
            continue
        token = scanner.peek()
        if token.word is None:
            break
        scanner.next()
        assignment = None if words else _assignment(token.word)
        if assignment is not None:
            assignments.append(assignment)
        else:
            words.append(token.word)
        if len(words) == 1 and not assignments and scanner.peek().operator == "(":
            return _function(scanner, words[0])
    if not (assignments or words or redirects):
        raise ScriptError(_named(scanner.peek()))
    kind = Simple(assignments=tuple(assignments), words=tuple(words))
    return Command(kind=kind, redirects=tuple(redirects))


def _function(scanner: Scanner, name: Word) -> Command:
    scanner.next()
    closing = scanner.next()
    if closing.operator != ")" or name.plain is None:
        raise ScriptError('"("')
    _skip_newlines(scanner)
    return Command(kind=Function(name=name.plain, body=_command(scanner)))


def _assignment(word: Word) -> tuple[str, Word] | None:
    first = word.parts[0] if word.parts else None
    if not isinstance(first, Literal) or first.quoted:
        return None
    match = ASSIGNMENT.match(first.text)
    if match is None:
        return None
    rest = Literal(text=first.text[match.end() :], quoted=False)
    return match.group(1), Word(parts=(rest, *word.parts[1:]))
