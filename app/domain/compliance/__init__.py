"""The gate that every send passes: one file per rule, folded by `decision`."""
