"""Shipped for tests: fakes of every door, recordings, and the checks that hold doors to terms."""
