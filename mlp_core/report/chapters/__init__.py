"""What single chapters measure and draw; what several of them need is one floor up."""
