"""The drivers that come with cpe_diag, as data."""
