"""A second opinion: every figure counted again, by another hand, in plain Python, straight from the law."""
