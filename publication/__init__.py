"""What leaves the warehouse: the public pack, the reports, the copies for other databases."""
