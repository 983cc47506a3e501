#!/bin/sh
# What lies outside of the virtual machine: the operator's desk and resolver, and the world with
# its sites, in network namespaces. Two taps lead into the machine: its core, and its way out.
#
# Usage: outside.sh PREFIX FOLDER PYTHON; FOLDER holds what cpe_diag/lab/home/files.py has written.
set -eu
prefix=$1 folder=$2 python=$3
web=$("$python" -c 'import cpe_diag.lab.home.web as web; print(web.__file__)')

serve() {
  name=$1
  shift
  ip netns exec "$prefix-$name" setsid "$@" </dev/null >>"$folder/log/$name.log" 2>&1 &
}
links() { ip -n "$prefix-$1" -batch -; }

for name in wire noc resolver internet reference video bank; do
  ip netns add "$prefix-$name"
  echo "link set dev lo up" | links "$name"
done
links wire <<LINKS
tuntap add dev tap-core mode tap
tuntap add dev tap-inet mode tap
link add core type bridge forward_delay 0
link add out type bridge forward_delay 0
link add c-noc type veth peer name eth0 netns $prefix-noc
link add c-resolver type veth peer name eth0 netns $prefix-resolver
link add o-inet type veth peer name bng netns $prefix-internet
link set dev tap-core master core up
link set dev c-noc master core up
link set dev c-resolver master core up
link set dev tap-inet master out up
link set dev o-inet master out up
link set dev core up
link set dev out up
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
link set dev bng up
link set dev ix up
route add 198.51.100.0/24 via 203.0.113.65
route add 203.0.113.0/26 via 203.0.113.65
LINKS
fixed() {
  links "$1" <<LINKS
addr add $2/26 dev eth0
link set dev eth0 up
route add default via $3
LINKS
}
fixed noc 203.0.113.10 203.0.113.1
fixed resolver 203.0.113.53 203.0.113.1
fixed reference 203.0.113.130 203.0.113.129
fixed video 203.0.113.140 203.0.113.129
fixed bank 203.0.113.150 203.0.113.129
ip netns exec "$prefix-internet" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
# There is no IPv6 here.
serve resolver dnsmasq --filter-AAAA --keep-in-foreground --conf-file="$folder/resolver.conf"
for name in reference video bank; do serve "$name" "$python" -I "$web" "$folder/$name"; done
