"""click commands and exit codes; the only place that prints."""
