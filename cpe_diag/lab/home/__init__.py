"""A home and its operator's network of real parts, in network namespaces: `cpe-diag lab home`."""
