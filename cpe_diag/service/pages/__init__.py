"""The console: pages for people, which ask what the HTTP interface asks."""
