"""The gate's rules, one file each; a file here is a rule, found by its `RULE`."""
