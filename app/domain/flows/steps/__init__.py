"""The kinds of step, one module each, found by discovery of their constant STEP."""
