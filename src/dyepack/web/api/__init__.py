"""The endpoints, a module for each group; each is a verb of the workspace under its own name."""
