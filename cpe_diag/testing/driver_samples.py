"""Access drivers for tests: an OLT by ONT number or serial, and a CMTS by MAC address.

Their objects are below 32473, the enterprise number for documentation (RFC 5612).
"""

from __future__ import annotations

from typing import Final

OLT: Final = """\
kind: access
title: An OLT of a test
extends: generic_ifmib
technologies: [gpon]
without: [port_speed, port_counters, learned_macs]
detect: {sys_object_ids: [1.3.6.1.4.1.32473.77]}
port_naming:
  - pattern: '(?P<slot>[0-9]+)/(?P<port>[0-9]+):(?P<onu>[0-9]+)'
    index:
      if_index: {base: 0, factors: {slot: 100, port: 1}}
      onu: {factors: {onu: 1}}
    groups: ['pon {slot}/{port}', 'card {slot}']
    example: '1/2:3'
    source: a scheme of a test
  - pattern: '(?P<slot>[0-9]+)/(?P<port>[0-9]+) (?P<serial>[A-Z]{4}[0-9A-F]{8})'
    index:
      if_index: {base: 0, factors: {slot: 100, port: 1}}
    groups: ['pon {slot}/{port}', 'card {slot}']
    example: 1/2 HWTC01020003
    source: a scheme of a test
lookups:
  - {gives: onu, column: '1.3.6.1.4.1.32473.77.3.{if_index}', wanted: serial, form: gpon_serial,
     most_rows: 128, cost: at most three GETBULKs, source: TEST-MIB ontSerial}
capabilities:
  port_speed: {state: exempt, reason: a driver of a test}
  port_counters: {state: exempt, reason: a driver of a test}
  learned_macs: {state: exempt, reason: a driver of a test}
  ont_state: {state: done, verified: documentation}
facts:
  port_status:
    admin_up: {oid: '1.3.6.1.4.1.32473.77.1.{if_index}.{onu}', type: enum, values: {1: up, 2: off},
               true_when: [up, off], source: TEST-MIB ontRun}
    oper: {oid: '1.3.6.1.4.1.32473.77.1.{if_index}.{onu}', type: enum, values: {1: up, 2: down},
           source: TEST-MIB ontRun}
    last_change_s: {oid: '1.3.6.1.4.1.32473.77.4.{if_index}.{onu}', type: ticks, unit: s,
                    source: TEST-MIB ontChange}
  ont_state:
    online: {oid: '1.3.6.1.4.1.32473.77.1.{if_index}.{onu}', type: enum, values: {1: up, 2: down},
             true_when: [up], source: TEST-MIB ontRun}
    last_down_cause: {oid: '1.3.6.1.4.1.32473.77.2.{if_index}.{onu}', type: enum,
                      values: {1: loss_of_signal, 13: dying_gasp}, source: TEST-MIB ontCause}
"""

_LAST_CHANGE: Final = """\
    last_change_s: {oid: '1.3.6.1.4.1.32473.77.4.{if_index}.{onu}', type: ticks, unit: s,
                    source: TEST-MIB ontChange}
"""
_DOWN_AT: Final = """\
    down_at_s: {oid: '1.3.6.1.4.1.32473.77.5.{if_index}.{onu}', type: date_time,
                source: TEST-MIB ontDownTime}
"""
_CLOCK: Final = """\
  node_system:
    clock_s: {oid: 1.3.6.1.4.1.32473.77.6.0, type: date_time, source: TEST-MIB sysClock}
"""
OLT_WITHOUT_CLOCK: Final = OLT.replace(_LAST_CHANGE, "") + _DOWN_AT
"""Says when an ONT went down, as a moment of a clock that it does not tell."""
OLT_WITH_CLOCK: Final = OLT_WITHOUT_CLOCK + _CLOCK
"""Tells that clock too."""

CMTS: Final = """\
kind: access
title: A CMTS of a test
extends: generic_ifmib
technologies: [docsis]
without: [port_speed, port_counters, learned_macs]
detect: {sys_object_ids: [1.3.6.1.4.1.32473.78]}
port_naming:
  - pattern: '(?P<mac>[0-9a-f]{2}(:[0-9a-f]{2}){5})'
    index: {mac: {form: mac, group: mac}}
    example: 02:00:5e:00:20:01
    source: a scheme of a test
lookups:
  - {gives: cm, oid: '1.3.6.1.4.1.32473.78.9.{mac}', sentinels: [0], cost: a single GET,
     source: TEST-MIB cmPointer}
capabilities:
  port_speed: {state: exempt, reason: a driver of a test}
  port_counters: {state: exempt, reason: a driver of a test}
  learned_macs: {state: exempt, reason: a driver of a test}
facts:
  port_status:
    admin_up: {oid: '1.3.6.1.4.1.32473.78.1.{cm}', type: enum, values: {1: down, 6: up},
               true_when: [down, up], source: TEST-MIB cmStatus}
    oper: {oid: '1.3.6.1.4.1.32473.78.1.{cm}', type: enum, values: {1: down, 6: up},
           source: TEST-MIB cmStatus}
    last_change_s: {oid: '1.3.6.1.4.1.32473.78.2.{cm}', type: ticks, unit: s,
                    source: TEST-MIB cmChange}
"""
