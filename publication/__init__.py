"""What is made of a release for its readers: the public pack and its protection."""
