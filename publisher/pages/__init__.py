"""What the public portal asks the database: lists, single pages, search, counted views."""
