"""Shipped for those who write drivers and adapters: fakes of every door and conformance checks."""
