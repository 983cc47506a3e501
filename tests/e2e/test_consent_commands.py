"""`cpe-diag consent` and `cpe-diag audit` over a real lab, with a gateway of our own."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fork_server
import pytest
import yaml
from message_gateway import Gateway, gateway_of_operator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from running_lab import RunningLab

pytestmark = pytest.mark.lab

HOME = "sub-1004"
OTHER = "sub-3006"
DIGEST = "ab" * 32
PLAN = ("-s", HOME, "--action", "wifi.set_ssid", "--digest", DIGEST)
DONE, BAD_INPUT, COULD_NOT, FLAWED, REFUSED = 0, 2, 3, 10, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An operator's office with a store of its own, at the lab."""

    folder: Path
    config: Path
    gateway: Gateway

    def run(self, *words: str, as_: str = "newcomer", given: str = "") -> tuple[int, str, str]:
        """Run `cpe-diag ...` as a member of staff."""
        done = fork_server.run(
            ["-m", "cpe_diag", "--config", str(self.config), *words],
            timeout=120,
            typed=given,
            env=os.environ | {"XDG_STATE_HOME": str(self.folder / "state"), "CPE_DIAG_STAFF": as_},
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done.returncode, done.stdout, done.stderr

    def audit(self, *words: str) -> list[dict[str, Any]]:
        """Give the events of the audit trail."""
        code, out, err = self.run("audit", "show", "--json", *words, as_="colleague")
        assert code == DONE, err
        return [entry["event"] for entry in json.loads(out)]


@pytest.fixture
def office(lab: RunningLab, tmp_path: Path) -> Iterator[Office]:
    """Give an office; credentials stand beside the inventory, so its config is in the lab."""
    document = yaml.safe_load(lab.config.read_text(encoding="utf-8"))
    config = lab.folder / "office-config.yaml"
    with gateway_of_operator() as gateway:
        document["store"] = {"path": str(tmp_path / "office.db")}
        document["consent"] = {
            "gateway": {
                "url": gateway.url,
                "json": {"to": "{subscriber}", "text": "{text}"},
            },
            "link": "https://consent.example/#{token}",
        }
        config.write_text(json.dumps(document), encoding="utf-8")
        yield Office(folder=tmp_path, config=config, gateway=gateway)
    config.unlink()


def _consent(out: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out)
    return found


def test_a_spoken_consent_is_recorded_shown_and_withdrawn(office: Office) -> None:
    """With who recorded it and how the identity was checked."""
    told = ("--given-by", "A. Customer", "--identity", "call_back", "--ticket", "T-1")
    code, out, err = office.run("consent", "record", *PLAN, *told, "--for", "10m", "--json")
    assert code == DONE, err
    consent = _consent(out)
    assert (consent["recorded_by"], consent["channel"]) == ("newcomer", "spoken")
    code, out, _err = office.run("consent", "show", "-s", HOME)
    assert code == DONE
    assert f"{consent['id']} {HOME} wifi.set_ssid: stands, until " in out
    assert "A. Customer, spoken, identity by call_back, recorded by newcomer" in out
    code, out, _err = office.run("consent", "withdraw", consent["id"], "--json", as_="guest")
    assert code == DONE
    assert _consent(out)["withdrawn_at"] is not None
    kinds = [event["kind"] for event in office.audit("-s", HOME)]
    assert kinds == ["consent_given", "look", "consent_withdrawn", "look"]


def test_a_code_is_seen_by_the_customer_alone(office: Office) -> None:
    """Neither printed, nor in a message, nor in the store."""
    code, out, err = office.run("consent", "ask", *PLAN, "--via", "code")
    assert code == DONE, err
    (message,) = office.gateway.messages
    assert message["to"] == HOME
    assert "change the name of your Wi-Fi" in message["text"]
    found = re.search(r"\b([0-9]{6})\b", message["text"])
    assert found is not None
    secret = found[1]
    assert secret not in out + err
    wrong = f"{(int(secret) + 1) % 10**6:06d}\n"
    record = ("consent", "record", *PLAN, "--given-by", "A. Customer", "--code", "-", "--json")
    code, _out, err = office.run(*record, given=wrong)
    assert code == REFUSED
    assert "a wrong code; 4 tries left" in err
    code, out, err = office.run(*record, given=f"{secret}\n")
    assert code == DONE, err
    assert _consent(out)["identity_check"] == "one_time_code"
    code, _out, err = office.run(*record, given=f"{secret}\n")
    assert (code, "was used already" in err) == (REFUSED, True)
    with sqlite3.connect(office.folder / "office.db") as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert re.search(rf"(?<![0-9a-f]){secret}(?![0-9a-f])", dump) is None
    kinds = [event["kind"] for event in office.audit("-s", HOME)]
    assert kinds == ["consent_asked", "refusal", "consent_given", "refusal", "look"]


def test_a_link_is_a_consent_by_its_token(office: Office) -> None:
    """The page that it opens is somebody else's, so far."""
    code, _out, err = office.run("consent", "ask", *PLAN, "--via", "link")
    assert code == DONE, err
    text = office.gateway.messages[0]["text"]
    token = text.split("https://consent.example/#")[1].split()[0]
    assert token not in err
    record = ("consent", "record", "--given-by", "A. Customer", "--token", "-", "--json")
    code, out, err = office.run(*record, given=f"{token}\n")
    assert code == DONE, err
    consent = _consent(out)
    assert (consent["digest"], consent["channel"]) == (DIGEST, "link")


def test_a_gateway_that_refuses_is_told_and_its_code_is_void(office: Office) -> None:
    """What nobody was sent, nobody reads back."""
    office.gateway.status = 403
    code, _out, err = office.run("consent", "ask", *PLAN, "--via", "code")
    assert code == COULD_NOT
    assert "the code was not sent: the gateway 127.0.0.1: it answers 403" in err
    found = re.search(r"\b([0-9]{6})\b", office.gateway.messages[0]["text"])
    assert found is not None
    code, _out, err = office.run(
        "consent", "record", *PLAN, "--given-by", "A. Customer", "--code", found[1]
    )
    assert (code, "tried too often" in err) == (REFUSED, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("record", *PLAN, "--given-by", "A"), "--identity"),
        (("record", "--given-by", "A", "--identity", "call_back"), "name the plan: --subscriber"),
        (("record", *PLAN, "--given-by", "A", "--token", "x"), "names its own plan"),
        (
            ("record", *PLAN, "--given-by", "A", "--identity", "call_back", "--for", "25h"),
            "24h at most",
        ),
        (("approve", "abc"), "64 hex digits"),
        (("show",), "name a consent by its ID"),
        (
            ("ask", "-s", HOME, "--action", "port.restart", "--digest", DIGEST, "--via", "code"),
            "needs no consent",
        ),
        (
            ("ask", "-s", HOME, "--action", "wifi.set_sid", "--digest", DIGEST, "--via", "code"),
            "did you mean 'wifi.set_ssid'",
        ),
        (
            (
                "ask",
                "-s",
                "sub-9",
                "--action",
                "wifi.set_ssid",
                "--digest",
                DIGEST,
                "--via",
                "code",
            ),
            "sub-9",
        ),
    ],
)
def test_what_cannot_be_is_bad_input(words: tuple[str, ...], told: str, office: Office) -> None:
    """Said in words, and nothing is sent."""
    code, _out, err = office.run("consent", *words)
    assert code == BAD_INPUT
    assert told in " ".join(err.split())
    assert office.gateway.messages == []


def test_a_viewer_may_look_and_is_refused_what_changes(office: Office) -> None:
    """With words that say who may, and an entry that says who tried."""
    code, out, err = office.run("port", "restart", "-s", HOME, "--dry-run", as_="guest")
    assert code == DONE, err
    digest = out.split("digest")[1].split()[0]
    code, _out, err = office.run("port", "restart", "-s", HOME, "--confirm", digest, as_="guest")
    assert code == REFUSED
    assert "the role viewer may not do port.restart; second_line, senior" in err
    code, _out, err = office.run(
        "consent", "record", *PLAN, "--given-by", "A", "--identity", "call_back", as_="guest"
    )
    assert code == REFUSED
    kinds = [(one["kind"], one["staff"], one["action"]) for one in office.audit("-s", HOME)]
    assert kinds == [
        ("look", "guest", "port.restart"),
        ("plan", "guest", "port.restart"),
        ("refusal", "guest", "port.restart"),
        ("refusal", "guest", "wifi.set_ssid"),
        ("look", "colleague", None),
    ]


def test_a_second_person_approves_exactly_one_plan(office: Office) -> None:
    """Refused before, refused to whoever may not approve, done afterwards, and noted."""
    wish = ("port", "set-vlan", "-s", OTHER, "3106")
    code, out, err = office.run(*wish, "--dry-run", "--json")
    plan = json.loads(out)
    assert plan["refused_by"] == [], err
    digest = plan["digest"]
    code, _out, err = office.run(*wish, "--confirm", digest, "--json")
    assert code == REFUSED
    assert (
        f"(colleague, trainee) look at the plan, and then run `cpe-diag consent approve {digest}`"
        in err
    )
    assert office.run("consent", "approve", digest)[0] == REFUSED
    assert office.run("consent", "approve", digest, as_="colleague")[0] == DONE
    code, out, err = office.run(*wish, "--confirm", digest, "--json")
    assert json.loads(out)["outcome"] is not None, err
    kinds = [event["kind"] for event in office.audit() if event["digest"] == digest]
    assert kinds == [
        "plan",
        "plan",
        "refusal",
        "refusal",
        "approval",
        "plan",
        "change_begun",
        "change_ended",
    ]


def test_every_look_is_in_a_chain_that_shows_a_hand_in_it(office: Office) -> None:
    """Found, located, and told by the exit code; also an old copy that was put back whole."""
    assert office.run("run", "no_internet", "-s", HOME, "--ticket", "T-7", "--json")[0] in {
        0,
        10,
        11,
    }
    assert office.run("outage", "--node", "an-vdsl", "--json")[0] in {0, 10, 11}
    assert office.run("subscriber", "show", HOME)[0] == DONE
    looks = [(one["subscriber"], one["ticket"], one["words"]) for one in office.audit()]
    assert looks[:3] == [
        (HOME, "T-7", "playbook no_internet"),
        (None, None, "sweep of an-vdsl"),
        (HOME, None, "inventory"),
    ]
    code, out, _err = office.run("audit", "verify", as_="guest")
    assert code == DONE
    match = re.search(r"4 entries, whole: (4:[0-9a-f]{64})\npublic key ([0-9a-f]{64})", out)
    assert match is not None
    known, public = match.groups()
    assert office.run("audit", "verify", "--known", known, "--public-key", public)[0] == DONE
    code, out, _err = office.run("audit", "verify", "--known", f"4:{'0' * 64}")
    assert (code, "does not hold" in out) == (FLAWED, True)
    assert office.run("audit", "verify", "--known", "4")[0] == BAD_INPUT
    assert office.run("audit", "verify", "--public-key", "4")[0] == BAD_INPUT
    with sqlite3.connect(office.folder / "office.db") as connection:
        connection.execute("UPDATE audit_personal SET staff = 'nobody' WHERE seq = 2")
    connection.close()
    code, out, _err = office.run("audit", "verify")
    assert code == FLAWED
    assert "#2: entry 2: who did it, about whom, or the words were changed" in out
    assert "NOT WHOLE" in out
    code, out, _err = office.run("audit", "verify", "--json")
    document = json.loads(out)
    assert (document["whole"], document["chain"]["flaws"][0]["seq"]) == (False, 2)


def test_nobody_looks_where_nothing_can_be_noted(office: Office) -> None:
    """Said before any device is asked."""
    (office.folder / "office.db").write_bytes(b"no database" * 100)
    code, out, err = office.run("run", "no_internet", "-s", HOME)
    assert code == COULD_NOT
    assert "this file is no case store" in err
    assert out == ""
