"""The rules of the product: pure functions over values, no input or output."""
