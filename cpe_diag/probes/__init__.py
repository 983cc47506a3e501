"""One file per probe: doors in, observation out. A probe measures and never judges."""
