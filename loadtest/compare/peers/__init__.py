"""The peers, a file each: how one is configured, started, killed and ended, and what it has made
durable when it acknowledges."""
