"""Every sentence that people read in Discord, and nothing else: pure functions from facts to text."""
