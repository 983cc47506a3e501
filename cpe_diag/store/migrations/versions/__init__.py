"""One file for each step from one schema of the case store to the next."""
