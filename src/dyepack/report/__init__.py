"""What others are handed: the report, one self-contained page."""
