"""Posts from files: spreadsheets and JSON, read whole or not at all."""
