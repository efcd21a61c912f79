"""The conversation with other servers: what comes in, and what is said."""
