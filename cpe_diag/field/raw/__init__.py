"""The one process that may send and read raw frames: named tests, nothing else.

It is started as `python -m cpe_diag.field.raw` with the right CAP_NET_RAW alone, takes orders as
lines of JSON on standard input and answers in the same way. scapy is imported here and nowhere
else in the product: it is GPL-2.0-only, and a process of its own keeps it apart.
"""
