"""A simulated Zyxel router at its ZySH command line."""
