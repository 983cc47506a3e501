"""The HTTP interface: what can be asked, who may, and what is answered."""
