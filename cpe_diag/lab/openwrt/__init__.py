"""The lab's home routers: real SSH servers that speak an OpenWrt shell over the lab's state."""
