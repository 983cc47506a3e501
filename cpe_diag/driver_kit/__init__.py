"""What a driver file may say, how drivers are found, and pure parsers that drivers share."""
