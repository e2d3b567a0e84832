"""Loads the suite's fixtures; each kind lives in a file of its own."""

pytest_plugins = ["tests.databases", "tests.browsers", "tests.shared_work", "tests.soak", "tests.wholeness"]
