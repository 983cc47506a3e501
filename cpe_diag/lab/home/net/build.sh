#!/bin/sh
# Builds a small operator's network and a home of network namespaces, and starts all that runs in
# it. Everything lies in namespaces that are named PREFIX-*: nothing of the machine itself is
# changed, and `down` finds it by name. POSIX shell, iproute2, nftables, dnsmasq, snmpd, dropbear.
#
# Usage: build.sh PREFIX FOLDER PYTHON; FOLDER holds what cpe_diag/lab/home/files.py has written.
set -eu
prefix=$1 folder=$2 python=$3
here=$(dirname "$0")

in_ns() {
  name=$1
  shift
  ip netns exec "$prefix-$name" "$@"
}
serve() {
  name=$1 log=$2
  shift 2
  # Not by in_ns: the shell would stay beside it, and hold what it was started with open.
  ip netns exec "$prefix-$name" setsid "$@" </dev/null >>"$folder/log/$log" 2>&1 &
}
links() { ip -n "$prefix-$1" -batch -; }

for name in bng access internet noc resolver reference video bank router box tv pc laptop \
  neighbour1 neighbour2 neighbour3; do
  ip netns add "$prefix-$name"
  echo "link set dev lo up" | links "$name"
  # Nobody has an address of somebody else's, and nobody waits a second before asking for routers.
  nsenter --net="/run/netns/$prefix-$name" sh -c 'cd /proc/sys/net/ipv6/conf/default
    echo 0 >dad_transmits; echo 0 >router_solicitation_delay'
done

# The operator's core hangs on the BNG, the rest of the world behind one link. The first device of
# the access node has ifIndex 2: its uplink.
links bng <<LINKS
link add core type bridge forward_delay 0
link add c-noc type veth peer name eth0 netns $prefix-noc
link add c-resolver type veth peer name eth0 netns $prefix-resolver
link add acc type veth peer name up0 netns $prefix-access
link add c-access type veth peer name mgmt netns $prefix-access
link add inet type veth peer name bng netns $prefix-internet
link set dev c-noc master core up
link set dev c-resolver master core up
link set dev c-access master core up
addr add 203.0.113.1/26 dev core
addr add 198.51.100.1/24 dev acc
addr add 203.0.113.65/30 dev inet
addr add 2001:db8:0:1::1/64 dev core
addr add 2001:db8:1::1/64 dev acc
addr add 2001:db8:0:2::1/64 dev inet
link set dev core up
link set dev acc up
link set dev inet up
route add default via 203.0.113.66
route add default via 2001:db8:0:2::2
LINKS
links internet <<LINKS
link add ix type bridge forward_delay 0
link add x-reference type veth peer name eth0 netns $prefix-reference
link add x-video type veth peer name eth0 netns $prefix-video
link add x-bank type veth peer name eth0 netns $prefix-bank
link set dev x-reference master ix up
link set dev x-video master ix up
link set dev x-bank master ix up
addr add 203.0.113.66/30 dev bng
addr add 203.0.113.129/26 dev ix
addr add 2001:db8:0:2::2/64 dev bng
addr add 2001:db8:0:3::1/64 dev ix
link set dev bng up
link set dev ix up
route add 198.51.100.0/24 via 203.0.113.65
route add 203.0.113.0/26 via 203.0.113.65
route add 2001:db8:1::/48 via 2001:db8:0:2::1
route add 2001:db8:0:1::/64 via 2001:db8:0:2::1
LINKS
fixed() {
  links "$1" <<LINKS
addr add 203.0.113.$2/26 dev eth0
addr add $4$2/64 dev eth0
link set dev eth0 up
route add default via 203.0.113.$3
route add default via $41
LINKS
}
fixed noc 10 1 2001:db8:0:1::
fixed resolver 53 1 2001:db8:0:1::
fixed reference 130 129 2001:db8:0:3::
fixed video 140 129 2001:db8:0:3::
fixed bank 150 129 2001:db8:0:3::

# The access node: one bridge, subscribers kept apart; the number of a port is its ifIndex.
links access <<LINKS
link add br0 type bridge forward_delay 0
link add sub1 index 11 type veth peer name wan0 address 02:00:5e:10:00:01 netns $prefix-router
link add sub2 index 12 type veth peer name eth0 address 02:00:5e:10:00:02 netns $prefix-neighbour1
link add sub3 index 13 type veth peer name eth0 address 02:00:5e:10:00:03 netns $prefix-neighbour2
link add sub4 index 14 type veth peer name eth0 address 02:00:5e:10:00:04 netns $prefix-neighbour3
link set dev up0 master br0 up
link set dev sub1 master br0 up
link set dev sub2 master br0 up
link set dev sub3 master br0 up
link set dev sub4 master br0 up
link set dev sub1 type bridge_slave isolated on
link set dev sub2 type bridge_slave isolated on
link set dev sub3 type bridge_slave isolated on
link set dev sub4 type bridge_slave isolated on
link set dev br0 up
addr add 203.0.113.20/26 dev mgmt
link set dev mgmt up
route add default via 203.0.113.1
LINKS

# The home's cables. The laptop lies in the bag: `plug` puts it to a port.
links router <<LINKS
link add lan1 type veth peer name eth0 address 02:00:5e:20:00:01 netns $prefix-tv
link add lan2 type veth peer name eth0 address 02:00:5e:20:00:02 netns $prefix-pc
link add lan3 type veth peer name eth0 address 02:00:5e:20:00:03 netns $prefix-laptop
LINKS

for name in bng internet; do
  in_ns "$name" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
done
in_ns bng nft -f "$here/bng.nft"
serve bng bng.log dnsmasq --keep-in-foreground --conf-file="$folder/bng.conf"
serve bng dhcp6.log "$python" -I -S "$here/../dhcp6.py" acc "$folder/prefixes"
serve resolver resolver.log dnsmasq --keep-in-foreground --conf-file="$folder/resolver.conf"
serve access snmpd.log env SNMP_PERSISTENT_DIR="$folder/snmp" MIBS= \
  snmpd -f -C -c "$folder/snmpd.conf" -Lo -I -smux
for name in reference video bank; do
  serve "$name" "$name.log" "$python" -I "$here/../web.py" "$folder/$name"
done
serve reference elsewhere.log "$python" -I "$here/../proxy.py" 203.0.113.130 3128 "$folder/names"
for name in router tv pc laptop; do
  serve "$name" "$name.log" sh "$here/machine.sh" power "$name" "$folder"
done
cp "$here/etc/device/udhcpc.script" "$folder/udhcpc.script"
chmod +x "$folder/udhcpc.script"
for name in neighbour1 neighbour2 neighbour3; do
  echo "link set dev eth0 up" | links "$name"
  serve "$name" "$name.log" busybox udhcpc -f -i eth0 -t 3 -T 1 -A 2 -s "$folder/udhcpc.script"
done
