"""cpe_diag: finds whose fault it is at a broadband customer's end of the line, with evidence."""

__version__ = "0.1.0"
