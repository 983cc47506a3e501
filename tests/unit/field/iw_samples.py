"""What iw prints, as people have shown it in public; addresses are of nobody.

The networks: kellyjonbrazil/jc, issue 94, and PoweredLocal/openwrt-auto-channel-select, issue 1,
cut to the lines in question; BSS Load and VHT operation as iw 5.19 prints them (scan.c,
print_bss_load and print_vht_oper). The link: sysprog21/vwifi, pull request 80. The station:
kaloz/mwlwifi, issue 68.
"""

from __future__ import annotations

from typing import Final

OWN: Final = "00:00:5e:00:53:01"
LINK: Final = f"""\
Connected to {OWN} (on wlan0)
\tSSID: test
\tfreq: 2437
\tRX: 282 bytes (2 packets)
\tTX: 1184 bytes (14 packets)
\tsignal: -35 dBm
\trx bitrate: 195.0 MBit/s MCS 23
\ttx bitrate: 288.9 MBit/s MCS 31 short GI
"""
STATIONS: Final = f"""\
Station {OWN} (on wlan0)
\tinactive time:\t60 ms
\trx bytes:\t5651678
\trx packets:\t42755
\ttx bytes:\t40239068
\ttx packets:\t37438
\ttx retries:\t12
\ttx failed:\t1
\tsignal:  \t-53 dBm
\tsignal avg:\t-54 dBm
\ttx bitrate:\t72.2 MBit/s MCS 7 short GI
\trx bitrate:\t24.0 MBit/s
"""
SCAN: Final = f"""\
BSS {OWN}(on wlan0) -- associated
\tTSF: 212108278788 usec (2d, 10:55:08)
\tfreq: 2437
\tbeacon interval: 100 TUs
\tcapability: ESS RadioMeasure (0x1001)
\tsignal: -35.00 dBm
\tlast seen: 1740 ms ago
\tSSID: test
\tDS Parameter set: channel 6
\tBSS Load:
\t\t * station count: 4
\t\t * channel utilisation: 204/255
\t\t * available admission capacity: 0 [*32us]
\tHT operation:
\t\t * primary channel: 6
\t\t * secondary channel offset: no secondary
\t\t * STA channel width: 20 MHz
BSS 02:00:5e:10:00:02(on wlan0)
\tTSF: 1869218724 usec (0d, 00:31:09)
\tfreq: 2437
\tbeacon interval: 100 TUs
\tsignal: -48.00 dBm
\tlast seen: 890 ms ago
\tInformation elements from Probe Response frame:
\tSSID: drahtlos nicht ratlos
\tHT operation:
\t\t * primary channel: 6
\t\t * secondary channel offset: no secondary
\t\t * STA channel width: 20 MHz
\tWPS:\t * Version: 1.0
\t\t * Manufacturer: Ralink Technology, Corp.
\t\t * Model: Ralink Wireless Access Point
BSS 02:00:5e:10:00:03(on wlan0)
\tfreq: 5180.0
\tsignal: -71.00 dBm
\tlast seen: 20 ms ago
\tSSID: caf\\xc3\\xa9
\tHT operation:
\t\t * primary channel: 36
\t\t * secondary channel offset: above
\t\t * STA channel width: any
\tVHT operation:
\t\t * channel width: 1 (80 MHz)
\t\t * center freq segment 1: 42
\t\t * center freq segment 2: 0
BSS 02:00:5e:10:00:04(on wlan0)
\tfreq: 2412
\tsignal: -80.00 dBm
\tlast seen: 90000 ms ago
\tSSID: long gone
"""
