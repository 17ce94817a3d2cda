"""Radio: stations and their slots, programmes of approved scripts, what a station pulled and what went on air."""
