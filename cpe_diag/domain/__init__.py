"""Values only, from the standard library only: what was seen, what is believed, what is said."""
