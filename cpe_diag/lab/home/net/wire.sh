#!/bin/sh
# Puts a long wire into a copy, or takes it out: wire.sh HOST DEVICE DELAY_MS [JITTER_MS [MATCH]],
# wire.sh HOST DEVICE out. It is put behind DEVICE of HOST; $PREFIX and $PYTHON say where and by what.
set -eu
host=$1
shift
exec ip netns exec "$PREFIX-$host" "$PYTHON" -I -S "$(dirname "$0")/../wire.py" "$@"
