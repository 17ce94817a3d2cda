"""How accounts are connected to outlets and stay so: sign-ins, tokens, health, the keys that close their secrets."""
