"""The one language in which keyword flows and journeys are written, checked, tried and run."""
