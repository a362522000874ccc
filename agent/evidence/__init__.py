"""Pictures that belong to violations, until the hub has them."""
