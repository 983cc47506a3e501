"""Composition root: configuration -> real doors -> engine."""
