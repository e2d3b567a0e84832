"""What a business's list of customers says: its columns, its rows, and whether its consent counts. Pure."""
