"""Every value arrives exactly, whatever it holds, or is refused before anything is sent."""

from __future__ import annotations

import random
import shlex

import pytest

from cpe_diag.domain.wifi_rules import password_fault, ssid_fault
from cpe_diag.driver_kit import routeros_script, vyatta_config
from cpe_diag.driver_kit.dialects import DIALECTS
from cpe_diag.driver_kit.quoting import QUOTINGS

HARD = (
    "Café \"x\" $HOME 'q' `id`",
    "a;b#c|d&e",
    "{[(<>)]}",
    "back\\slash",
    "what?",
    "=equals=",
    "\U0001f600 wifi",
    "~!@%^*_-+,./:",
    "p" * 63,
    "0123456789abcdef" * 4,
    "/interface wifi disable",
)
SEED = 20_261_126


def allowed_by_the_standard() -> list[str]:
    """Give names and passwords that the standard allows, random ones too."""
    draw = random.Random(SEED)  # noqa: S311 - test data
    printable = [chr(code) for code in range(32, 127)]
    made = ["".join(draw.choices(printable, k=draw.randint(8, 32))) for _ in range(300)]
    return [text for text in (*HARD, *made) if fits(text)]


def fits(text: str) -> bool:
    """Whether it may be a network's name or password."""
    return ssid_fault(text) is None or password_fault(text, "psk2") is None


def read_routeros(word: str) -> str:
    """Read a string as RouterOS does: escapes only, and no variable."""
    assert word[0] == word[-1] == '"'
    inner = word[1:-1]
    assert not set(inner) & set('"$?')
    return routeros_script.unquote(inner)


def read_posix(word: str) -> str:
    """Read a word as a shell does."""
    (text,) = shlex.split(word)
    return text


def read_typed(word: str) -> str:
    """Read a word of a command line that knows double quotes and nothing else."""
    return word[1:-1] if word.startswith('"') else word


READ = {
    "posix_shell": read_posix,
    "routeros": read_routeros,
    "edgeos": read_posix,
    "ndms": read_typed,
    "huawei_wap": read_typed,
    "zyxel": read_typed,
}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_value_arrives_exactly_or_is_refused(name: str) -> None:
    """Half a password, or one with a blank less, would lock a family out."""
    carried = 0
    for text in allowed_by_the_standard():
        try:
            word = DIALECTS[name].quote(text)
        except ValueError:
            continue
        carried += 1
        assert READ[name](word) == text
        assert "\n" not in word
    assert carried


@pytest.mark.parametrize("name", ["posix_shell", "routeros"])
def test_two_dialects_carry_all_that_the_standard_allows(name: str) -> None:
    """Nobody has to choose another password because of our quoting."""
    for text in allowed_by_the_standard():
        assert READ[name](DIALECTS[name].quote(text)) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("routeros", "a\0b"),
        ("edgeos", "it's"),
        ("edgeos", 'a "b"'),
        ("edgeos", "a\\b"),
        ("edgeos", "a\nb"),
        ("ndms", 'a "b"'),
        ("ndms", "what?"),
        ("ndms", "Café"),
        ("ndms", ""),
        ("huawei_wap", "two words"),
        ("huawei_wap", ""),
        ("zyxel", "two words"),
    ],
)
def test_what_cannot_be_carried_is_refused(name: str, text: str) -> None:
    """Before anything is sent, with the mark that is in the way."""
    with pytest.raises(ValueError, match=r"EdgeOS|RouterOS|command line"):
        DIALECTS[name].quote(text)


def test_routeros_writes_all_but_plain_marks_as_octets() -> None:
    """As the manual says, in capital letters, so that no letter escape is meant."""
    assert routeros_script.quote("a$b?") == '"a\\24b\\3F"'
    assert routeros_script.quote("é") == '"\\C3\\A9"'
    assert routeros_script.unquote('say \\"hi\\"\\_\\24\\n') == 'say "hi" $\n'
    assert routeros_script.unquote("\\C3\\A9 caf\u00e9") == "é café"


def test_vyatta_values_are_words_of_the_shell() -> None:
    """They go through a wrapper, which gets them as arguments."""
    assert vyatta_config.quote("My $HOME; id") == "'My $HOME; id'"


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_is_a_form_of_values_in_actions(name: str) -> None:
    """A driver's `run` is quoted by the name of its dialect."""
    form = "posix" if name == "posix_shell" else name
    assert QUOTINGS[form]("plain-1") in {"plain-1", "'plain-1'", '"plain-1"'}


@pytest.mark.parametrize(
    ("name", "template", "wrong"),
    [
        ("posix_shell", "ping {target} | cat", ()),
        ("posix_shell", "ping x{target}", ("target",)),
        ("routeros", "/ping address={target} count=3", ()),
        ("routeros", ":put [:resolve {target} server={server}]", ()),
        ("routeros", ':put "{target}"', ("target",)),
        ("ndms", "tools ping {target} count 3", ()),
        ("ndms", "tools ping {target};", ("target",)),
    ],
)
def test_placeholders_stand_as_words(name: str, template: str, wrong: tuple[str, ...]) -> None:
    """A quoted word within quotes would be two words."""
    assert DIALECTS[name].misplaced(template) == wrong
