"""Bitcoin and the chains of its form: blocks from files, from a node and from exports, into the tables."""
