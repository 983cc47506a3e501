"""The shell of the lab's routers: what ash does with what drivers send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.driver_kit.shell_batch import build, is_done, new_marker, take_apart
from cpe_diag.ports import Command

if TYPE_CHECKING:
    from tests.unit.lab_openwrt.conftest import LabTime, Run

# What a POSIX shell (dash 0.5.12) prints for each line.
SAMPLES = [
    ("echo a   b", "a b\n"),
    ("echo 'a   b' \"c   d\"", "a   b c   d\n"),
    (r"echo 'it'\''s'", "it's\n"),
    ("x=1; echo \"$x\" '$x' \\$x ${x}y", "1 $x $x 1y\n"),
    ('x="a b"; printf "<%s>" $x "$x"', "<a><b><a b>"),
    ("echo $(echo one; echo two)", "one two\n"),
    ("echo \"$(printf 'a\\nb\\n\\n')\"", "a\nb\n"),
    ("echo `echo old`", "old\n"),
    ("false || echo no && echo yes", "no\nyes\n"),
    ("true && false || echo else", "else\n"),
    ("false; echo $?", "1\n"),
    ("! false; echo $?", "0\n"),
    ("(exit 3); echo $?", "3\n"),
    ("x=1; (x=2); echo $x; { x=3; }; echo $x", "1\n3\n"),
    ("x=$(exit 4); echo $?", "4\n"),
    ("for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done", "1\n3\n"),
    ("if [ 3 -gt 2 ]; then echo more; else echo less; fi", "more\n"),
    ("if false; then echo a; elif true; then echo b; fi", "b\n"),
    ("printf 'a\\nb\\n' | while read x; do echo \"[$x]\"; done", "[a]\n[b]\n"),
    ('f() { echo "$2$1"; return 5; }; f a b; echo $?', "ba\n5\n"),
    ("echo out; echo err 1>&2", "out\n"),
    ("echo gone >/dev/null; echo $?", "0\n"),
    ("{ echo a; echo b >&2; } 2>&1 | wc -l", "2\n"),
    ("cat <<'EOF'\n$x \"kept\"\nEOF", '$x "kept"\n'),
    ("x=1; cat <<EOF\n$x\nEOF\necho after", "1\nafter\n"),
    ("echo a # comment\necho b", "a\nb\n"),
    ("echo a \\\n b", "a b\n"),
    ("echo ${none:-default} ${#HOME}", "default 0\n"),
    ("o=a.b.c; echo ${o#*.} ${o##*.} ${o%.*} ${o%%.*} ${o#x}", "b.c c a.b a a.b.c\n"),
    ("echo $((2 * 3 + 1))", "7\n"),
    ("echo abc | sed 's/b/[&]/'", "a[b]c\n"),
    ("printf 'a:b:c\\n' | cut -d: -f2-", "b:c\n"),
    ("printf 'x\\ny\\n' | grep -v x | head -n 1", "y\n"),
    ("eval 'x=9'; echo $x", "9\n"),
    ("sh -c 'echo $1$0' zero one", "onezero\n"),
    ("set -- ; x=`echo 'a b'`; echo \"$x\"", "a b\n"),
]


@pytest.mark.parametrize(("line", "expected"), SAMPLES, ids=[line for line, _ in SAMPLES])
async def test_a_line_prints_what_a_posix_shell_prints(run: Run, line: str, expected: str) -> None:
    """A driver's batch is written for a real shell: a lab that reads it otherwise would lie."""
    assert (await run(line)).out == expected


async def test_an_unknown_command_is_127_in_ashs_words(run: Run) -> None:
    """A driver tells a missing program from a failing one by exactly this."""
    answer = await run("nosuch --flag; echo $?")
    assert answer.err == "ash: nosuch: not found\n"
    assert answer.out == "127\n"


async def test_a_broken_script_is_refused_whole(run: Run) -> None:
    """Nothing of a script with an open quote may run."""
    answer = await run("echo 'open")
    assert (answer.out, answer.status) == ("", 2)
    assert "syntax error" in answer.err


async def test_output_and_errors_are_apart(run: Run) -> None:
    """Readers get the output without the complaints."""
    answer = await run("echo fine; cat /nosuch; exit 7")
    assert answer.out == "fine\n"
    assert answer.err == "cat: can't open '/nosuch': No such file or directory\n"
    assert answer.status == 7


async def test_background_commands_run_at_the_same_time(run: Run, lab_time: LabTime) -> None:
    """Batches are quick only because their slow commands wait together."""
    before_s = lab_time.now_s
    answer = await run("sleep 3 & sleep 3 & sleep 3 & wait; echo done")
    assert answer.out == "done\n"
    assert lab_time.now_s - before_s == pytest.approx(3)


async def test_one_after_the_other_takes_the_sum(run: Run, lab_time: LabTime) -> None:
    """Without the ampersand the times add up."""
    before_s = lab_time.now_s
    await run("sleep 3; sleep 3")
    assert lab_time.now_s - before_s == pytest.approx(6)


async def test_timeout_ends_a_command_as_busybox_does(run: Run, lab_time: LabTime) -> None:
    """Busybox says 143 where GNU says 124; the transport has to know."""
    before_s = lab_time.now_s
    assert (await run("timeout 2 sleep 60; echo $?")).out == "143\n"
    assert lab_time.now_s - before_s == pytest.approx(2)


async def test_kill_and_wait_know_a_job_by_its_number(run: Run) -> None:
    """A script's own time limit is made of these."""
    answer = await run("sleep 60 & p=$!; kill $p; wait $p; echo $?")
    assert answer.out == "143\n"


async def test_a_script_on_the_input_runs(run: Run) -> None:
    """Batches over 9,000 bytes go to `sh -s`."""
    answer = await run("sh -s", "x=1\necho $x\nnosuch\n")
    assert answer.out == "1\n"
    assert answer.err == "sh: nosuch: not found\n"
    assert answer.status == 127


async def test_a_file_keeps_what_was_written(run: Run) -> None:
    """`cat > file` is how text gets onto a router."""
    await run("cat > /tmp/note", "kept\n")
    assert (await run("cat /tmp/note; cat < /tmp/note; rm /tmp/note; cat /tmp/note")).out == (
        "kept\nkept\n"
    )


async def test_patterns_find_the_routers_files(run: Run) -> None:
    """Drivers look at all network devices with one word."""
    answer = await run("for f in /sys/class/net/lan*/carrier; do echo $f; done; echo '*' /no*pe")
    assert answer.out.splitlines() == [
        *(f"/sys/class/net/lan{number}/carrier" for number in (1, 2, 3, 4)),
        "* /no*pe",
    ]


@pytest.mark.parametrize("by_input", [False, True])
async def test_the_transports_own_batch_script_runs(run: Run, *, by_input: bool) -> None:
    """The very script that the SSH transport sends, in both of its ways."""
    commands = [
        Command(text="echo 'it is'; false", label="first"),
        Command(text="nosuch", label="second", beside_others=True),
        Command(text="sleep 60", label="third", limit_s=2, beside_others=True),
    ]
    marker = new_marker()
    script = build(commands, marker)
    answer = await (run("sh -s", script) if by_input else run(script))
    frames = take_apart(answer.out, marker)
    assert is_done(answer.out, marker)
    assert (frames[0].output.rstrip(), frames[0].exit_status) == ("it is", 1)
    assert (frames[1].output.rstrip(), frames[1].exit_status) == ("sh: nosuch: not found", 127)
    assert (frames[2].output.rstrip(), frames[2].exit_status) == ("", 124)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("head -n x /etc/banner", "head: invalid number 'x'\n"),
        ("ping -c x 192.168.1.1", "ping: invalid number 'x'\n"),
        ("grep '[' /etc/banner", "grep: bad regex '(?:[)'"),
    ],
)
async def test_a_wrong_argument_is_refused_and_nothing_breaks(
    run: Run, line: str, words: str
) -> None:
    """A typing error on a router is an exit status, not the end of the session."""
    answer = await run(f"{line}; echo $?")
    assert answer.err.startswith(words)
    assert answer.out == "1\n"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('case "a b" in x|a*) echo yes;; *) echo no;; esac', "yes\n"),
        ('p="*"; case "abc" in "$p") echo yes;; *) echo no;; esac', "no\n"),
        ("case x in\n  y) echo no;;\nesac; echo after", "after\n"),
        ("printf 'abcdef' | { dd bs=1 count=2; echo -; dd bs=1 count=2; }", "ab-\ncd"),
        ("printf ' a b \\n' | { IFS= read -r l; echo \"[$l]\"; }", "[ a b ]\n"),
        (
            "echo one > /tmp/a; mv /tmp/a /tmp/b && cat /tmp/b; [ -e /tmp/a ] || echo gone",
            "one\ngone\n",
        ),
        ("mv /tmp/nothing /tmp/b || echo lost", "lost\n"),
    ],
)
async def test_what_changes_of_routers_use_does_what_ash_does(
    run: Run, script: str, said: str
) -> None:
    """A confirmation and a timer race by `mv`; passwords are compared by `case`."""
    answer = await run(script)
    assert answer.out == said


async def test_a_daemon_outlives_its_session_and_can_be_asked_for(run: Run) -> None:
    """The revert of a change is one."""
    await run(
        "echo 'sleep 60; echo fired > /tmp/fired' > /tmp/t.sh;"
        " start-stop-daemon -S -b -m -p /tmp/t.pid -x /bin/sh -- /tmp/t.sh"
    )
    asked = await run('kill -0 "$(cat /tmp/t.pid)" && echo runs')
    assert asked.out == "runs\n"
    waited = await run("sleep 61; cat /tmp/fired")
    assert waited.out == "fired\n"
