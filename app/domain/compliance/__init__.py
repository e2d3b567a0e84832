"""The gate that every send passes: `decision` folds what each of `rules` says of the `facts`."""
