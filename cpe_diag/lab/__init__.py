"""A simulated operator network that speaks real SNMP and real SSH."""
