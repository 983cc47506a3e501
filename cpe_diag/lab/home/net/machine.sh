#!/bin/sh
# One machine of the home, with a root of its own: it sees its own files, processes and clock, the
# programs of this machine read-only, and the network of the namespace it was started in.
#
# machine.sh power NAME FOLDER: keep it running; a reboot inside ends it, and it starts again. Where
# FOLDER/long_up has a file of its NAME, it starts once more as if it had been up for days.
# machine.sh boot NAME FOLDER: its first process.
set -eu
verb=$1 name=$2 folder=$3
here=$(cd "$(dirname "$0")" && pwd)

links_down() {
  nft flush ruleset
  for path in /sys/class/net/*; do
    device=${path##*/}
    [ "$device" != lo ] || continue
    ip link set dev "$device" down
    ip addr flush dev "$device"
  done
}

power() {
  # The first time it has been up for three days: a router that has just started is a finding.
  : >"$folder/long_up/$name"
  while :; do
    up_s=0
    [ ! -e "$folder/long_up/$name" ] || up_s=$((3 * 86400))
    rm -f "$folder/long_up/$name"
    read -r now _ </proc/uptime
    unshare --mount --pid --uts --ipc --time --boottime "$((up_s - ${now%.*}))" --fork --kill-child \
      sh "$here/machine.sh" boot "$name" "$folder" || :
    links_down
    sleep 1
  done
}

# What Debian has in packages of its own comes from busybox here.
APPLETS="arping awk ifconfig killall logger logread nslookup ping reboot syslogd traceroute udhcpc"

boot() {
  mount --make-rprivate /
  root=$folder/root
  mkdir -p "$root"
  mount -t tmpfs -o mode=755 lab "$root"
  cd "$root"
  mkdir -p usr etc proc sys dev run tmp var/lib/misc var/log root
  chmod 1777 tmp
  mount --bind /usr usr
  mount -o remount,bind,ro usr
  mount -t tmpfs -o mode=755 lab usr/local
  mkdir -p usr/local/bin
  for applet in $APPLETS; do ln -s "$(command -v busybox)" "usr/local/bin/$applet"; done
  for path in /bin /sbin /lib /lib64; do
    [ ! -e "$path" ] || { [ -L "$path" ] && cp -a "$path" .; } || {
      mkdir -p ".$path" && mount --bind "$path" ".$path"
    }
  done
  cp -r "$folder/etc/all/." etc/
  kind=device
  [ "$name" != router ] || kind=router
  cp -r "$here/etc/$kind/." etc/
  [ ! -e "$folder/etc/$name" ] || cp -r "$folder/etc/$name/." etc/
  find etc -name '*.script' -exec chmod +x {} +
  echo "$name" >etc/hostname
  for device in null zero full random urandom tty; do
    touch "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
  done
  mount -t sysfs sysfs sys
  mount -t proc proc proc
  # Nobody here restarts the machine below; and its load and memory are not this one's.
  [ ! -e proc/sysrq-trigger ] || mount --bind /dev/null proc/sysrq-trigger
  cat /proc/sys/kernel/random/uuid >run/boot_id
  mount --bind run/boot_id proc/sys/kernel/random/boot_id
  mount --bind etc/lab/loadavg proc/loadavg
  mount --bind etc/lab/meminfo proc/meminfo
  if [ "$kind" = device ]; then
    mkdir -p run/visits "$folder/visits/$name"
    mount --bind "$folder/visits/$name" run/visits
  fi
  hostname "$name"
  exec setpriv --bounding-set=-sys_time,-sys_module,-sys_rawio,-mknod \
    chroot . /bin/sh /etc/rc
}

"$verb"
