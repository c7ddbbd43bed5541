"""One module a stage, in the order the data meets them."""
