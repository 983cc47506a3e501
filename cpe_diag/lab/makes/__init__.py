"""Lab routers of other makes than OpenWrt: the same homes and the same shell, other words."""
