"""The delivery engine: claim, attempt, record, recover; the row is the schedule, the engine only wakes it."""
