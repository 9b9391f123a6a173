"""Stand-ins for Discord and NanoGPT, written from the vendors' documents; imports nothing of nanobot's own layers."""
