"""Inventories, bundles and what else is kept: files and SQL."""
