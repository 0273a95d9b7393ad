"""The loops over raw blocks that are compiled to machine code; compiling costs seconds, once."""
