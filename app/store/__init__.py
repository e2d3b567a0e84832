"""What the product remembers: tables and named queries, one file per noun. Nothing here commits."""
