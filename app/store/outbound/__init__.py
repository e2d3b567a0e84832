"""Outbound messages: the table, the queue that hands them over, and the receipts that come back."""
