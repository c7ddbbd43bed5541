"""What the public may see: small counts hidden, and whatever would give one away."""
