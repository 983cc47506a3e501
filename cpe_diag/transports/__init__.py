"""The only room with sockets; every foreign error is mapped to a Failure here."""
