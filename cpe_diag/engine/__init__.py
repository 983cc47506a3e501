"""Runs a playbook: plan, order, budget, and (later) consent, change, proof and rollback."""
