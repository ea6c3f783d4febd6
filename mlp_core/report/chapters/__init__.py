"""What belongs to a chapter: what it measures and draws, though another one may borrow it."""
