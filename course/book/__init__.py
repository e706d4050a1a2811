"""The book in notes/: what it quotes, breaks and tabulates, from what runs."""
