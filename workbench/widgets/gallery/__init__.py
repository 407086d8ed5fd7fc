"""Every stream on a card, and every file dropped on the page."""
