"""Pure parsers of what several shells have in common: busybox, ubus, uci, dnsmasq, hostapd."""
