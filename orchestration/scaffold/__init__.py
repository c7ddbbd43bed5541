"""Begin an indicator, a return or a quality rule of one's own in a clone, and list what each still lacks."""
