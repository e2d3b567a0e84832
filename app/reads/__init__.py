"""What pages and reports show: plain queries that change nothing and hold no rules."""
