"""The playbooks that come with cpe_diag, as data."""
