"""Measures speed and memory, each figure beside its yardstick in the same run; never asserted in tests."""
