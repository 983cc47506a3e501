"""What the guard looks at before a port is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cpe_diag.domain.action import ActionPlan, ActionRecord
from cpe_diag.domain.subscriber import AccessNode, NodePort, Subscriber
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.action_spec import ActionSpec
from cpe_diag.driver_kit.port_index import PortIndex
from cpe_diag.engine.survey import PortSurvey


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardCase:
    """All that the guard looks at.

    `node_ports` is what the inventory knows of the node. `fitting` is the driver that is written
    for what the node says of itself, None where there is none. `unfinished` are the ids of
    actions on the same port whose end is not known. `done_already` is the action that did the
    same there just now, None where there is none. `most_macs` is a threshold.
    """

    spec: ActionSpec
    plan: ActionPlan
    survey: PortSurvey
    subscriber: Subscriber
    node: AccessNode
    port: PortIndex
    node_ports: tuple[NodePort, ...]
    driver: AccessDriver
    fitting: AccessDriver | None
    unfinished: tuple[str, ...]
    done_already: ActionRecord | None
    now: datetime
    most_macs: float
