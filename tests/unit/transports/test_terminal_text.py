"""What stands on a terminal does not depend on how the wire has cut it."""

from __future__ import annotations

import pytest

from cpe_diag.transports.terminal_text import PAGER, PROMPT, QUESTION, Screen, rejection, said

MORE = "  ---- More ( Press 'Q' to break ) ----"
SCREENS = {
    "plain": ("one\r\ntwo\r\n", ["one", "two", ""]),
    "taken back": ("MA#abc\b \b\b \b", ["MA#a  "]),
    "wiped pager": (f"a\r\n{MORE}\x1b[37D{' ' * 37}\x1b[37D\b\bb\r\n", ["a", "b" + " " * 38, ""]),
    "colour": ("\x1b[32mup\x1b[0m\r\n", ["up", ""]),
    "erased": ("old line\r\x1b[Knew\r\n", ["new", ""]),
    "bell and tab": ("a\x07\tb\r\n", ["a\tb", ""]),
    "not ascii": ("für ✓\r\n", ["für ✓", ""]),
    "other escape": ("\x1b=x", ["x"]),
}


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_the_same_however_it_was_cut(name: str) -> None:
    """A packet may end in the middle of a letter and of a control sequence."""
    text, lines = SCREENS[name]
    data = text.encode()
    for cut in range(len(data) + 1):
        screen = Screen()
        screen.write(data[:cut])
        screen.write(data[cut:])
        assert screen.lines == lines
    screen = Screen()
    for at in range(len(data)):
        screen.write(data[at : at + 1])
    assert screen.lines == lines


def test_octets_that_are_no_text_are_shown_as_that() -> None:
    """Nothing that a node sends ends in an exception."""
    screen = Screen()
    screen.write(bytes(range(256)) * 2)
    assert screen.last


@pytest.mark.parametrize("prompt", ["MA5603T>", "MA5603T(config-if-gpon-0/1)#", "[HUAWEI]", "# "])
def test_prompts_are_known(prompt: str) -> None:
    """Each mode of a node has its own."""
    assert PROMPT.match(prompt)


DLINK_MORE = "CTRL+C ESC q Quit SPACE n Next Page ENTER Next Entry a All"


@pytest.mark.parametrize(
    "text", [MORE, "--More--", " --More-- ", "More: <space>,  Quit: q", DLINK_MORE]
)
def test_pagers_are_known_and_left_out(text: str) -> None:
    """A pager's line is none of the answer."""
    assert PAGER.search(text)
    assert said(["a", text, "", "b"]) == "a\nb\n"


@pytest.mark.parametrize(
    "text", ["Are you sure to reset the ONT(s)? (y/n)[n]:", "Continue? [Y/N]:", "{ <cr>||<K> }:"]
)
def test_questions_are_known(text: str) -> None:
    """They are never answered by chance."""
    assert QUESTION.search(text)
    assert not PROMPT.match(text)


@pytest.mark.parametrize(
    "text",
    [
        "  % Unknown command, the error locates at '^'",
        "  Failure: The ONT is not online",
        "%Error 20202: Invalid input detected at '^' marker.Invalid parameter",
        "Error: Unrecognized command found at '^' position.",
        "Next possible completions:",
        "Available commands:",
        "Fail!",
        "invalid token",
    ],
)
def test_rejections_are_known(text: str) -> None:
    """Words that equipment of Huawei, ZTE, D-Link and Nokia was seen to say."""
    assert rejection(f"display x\n{text}\n") == text.strip()


def test_information_is_no_rejection() -> None:
    """ZTE says this whenever its configuration mode is entered."""
    assert rejection("%Info 20272: Enter configuration commands, one per line.\n") is None
