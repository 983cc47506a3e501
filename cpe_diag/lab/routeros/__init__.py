"""A small simulated MikroTik router: its scripting language, some menus, and its SSH server."""
