"""The long-running processes beside the web: the worker, and the clock with its leader."""
