"""What published reports say, as data and as questions that stored runs answer."""
