"""A simulated Huawei ONT that is a router, at its WAP command line."""
