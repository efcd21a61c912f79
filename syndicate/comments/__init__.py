"""What people say under posts, and who decides whether it is shown."""
