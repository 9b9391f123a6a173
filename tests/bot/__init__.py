"""What the bot says and shows, apart from Discord."""
