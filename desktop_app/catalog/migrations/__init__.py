"""The steps by which an older catalog becomes today's; each is plain SQL and is never edited."""
