"""A small simulated Keenetic router with NDMS's interactive command line."""
