# What BRIDGE-MIB (RFC 4188) and Q-BRIDGE-MIB (RFC 4363) tell of the kernel's bridge, for snmpd's
# pass_persist (snmpd.conf(5)). The number of a bridge port is its ifIndex. The kernel is asked
# again after a second. MACs of which a port is a member for itself (permanent) are not learned.
function put(oid, type, value) {
  if (!(oid in types)) rows[++count] = oid
  types[oid] = type
  values[oid] = value
}
function number(hexadecimal,   place, result) {
  for (place = 1; place <= 2; place++)
    result = result * 16 + index("0123456789abcdef", substr(hexadecimal, place, 1)) - 1
  return result
}
function indexed(mac,   parts, place, result) {
  split(mac, parts, ":")
  for (place = 1; place <= 6; place++) result = result "." number(parts[place])
  return result
}
function refresh(   line, word, device, vid, place, one, two) {
  if (systime() == read_at) return
  read_at = systime()
  split("", types); split("", values); split("", rows); split("", ports)
  count = 0
  while (("ip -o link show master br0" | getline line) > 0) {
    split(line, word, /[:@] ?/)
    ports[word[2]] = word[1]
    put(BASE "1.4.1.2." word[1], "integer", word[1])
  }
  close("ip -o link show master br0")
  while (("bridge vlan show" | getline line) > 0) {
    place = split(line, word, " ")
    if (line ~ /^[^ \t]/) { device = word[1]; vid = word[2] } else vid = word[1]
    if (device in ports && line ~ /PVID/) put(BASE "7.1.4.5.1.1." ports[device], "gauge", vid)
  }
  close("bridge vlan show")
  while (("bridge fdb show br br0" | getline line) > 0) {
    if (line ~ /permanent|self/ || line !~ / vlan /) continue
    split(line, word, " ")
    for (one = 2; one in word; one++) {
      if (word[one] == "dev") device = word[one + 1]
      if (word[one] == "vlan") vid = word[one + 1]
    }
    if (!(device in ports)) continue
    put(BASE "4.3.1.2" indexed(word[1]), "integer", ports[device])
    put(BASE "7.1.2.2.1.2." vid indexed(word[1]), "integer", ports[device])
  }
  close("bridge fdb show br br0")
}
function before(left, right,   one, two, place, most) {
  most = split(left, one, ".")
  split(right, two, ".")
  for (place = 2; place <= most; place++) {
    if (!(place in two)) return 0
    if (one[place] + 0 != two[place] + 0) return one[place] + 0 < two[place] + 0
  }
  return place in two
}
function answer(oid) {
  if (oid in types) printf "%s\n%s\n%s\n", oid, types[oid], values[oid]
  else print "NONE"
  fflush()
}
BEGIN {
  BASE = ".1.3.6.1.2.1.17."
  while ((getline verb) > 0) {
    if (verb == "PING") { print "PONG"; fflush(); continue }
    if ((getline asked) <= 0) exit
    if (verb == "set") { getline; print "not-writable"; fflush(); continue }
    refresh()
    if (verb == "get") { answer(asked); continue }
    next_one = ""
    for (one = 1; one <= count; one++)
      if (before(asked, rows[one]) && (next_one == "" || before(rows[one], next_one)))
        next_one = rows[one]
    answer(next_one)
  }
}
