"""`python -m dyepack` is the command line."""

from dyepack.cli import main

main()
