"""Strict stand-ins for the outlets that cannot be called from a test: Facebook's Graph API and Zalo's OA API."""
