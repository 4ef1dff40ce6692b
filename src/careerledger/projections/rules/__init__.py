"""What several projections share: fading, strength, ties, ladders, plateaus, spans."""
