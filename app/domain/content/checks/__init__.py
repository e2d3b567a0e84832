"""One file a check of a text's content; each announces a `CHECK`."""
