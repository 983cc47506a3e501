"""Tickets in, results out: ticket desks, rules that choose a playbook, the bodies of TM Forum."""
