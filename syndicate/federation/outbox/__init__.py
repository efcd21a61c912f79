"""What the blog sends: activities, replies of the author, blocks, moves, key rotation."""
