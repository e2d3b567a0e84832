"""One file for each thing the system does: load, decide, save, commit, and only then the network."""
