"""nanobot: a Discord bot that makes and edits pictures through NanoGPT."""
