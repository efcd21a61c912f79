"""What the author reads: links with taglines, and the accounts that the blog follows."""
