"""The verbs of editorial work: draft, submit, approve, return, schedule, correct, withdraw."""
