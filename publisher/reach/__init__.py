"""Reach: the ledger of readings and its sums, collecting from outlets, activities, evidence, targets and scores."""
