"""The slash commands and the message menu, a module for each job."""
