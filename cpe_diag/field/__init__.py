"""What only a laptop on site can do: tests at the wall port, in the LAN, on the Wi-Fi."""
