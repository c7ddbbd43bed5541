"""What lies in the raw folder: which file is which return, and how it is written."""
