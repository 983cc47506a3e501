"""Playbook text -> Playbook, with every fault named by file, line and column."""
