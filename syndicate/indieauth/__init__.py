"""IndieAuth: programs and sites sign the author in by the address of the blog, and get tokens for what the author allows.

`request` reads what a program asks for, `clients` finds out who it is, and `grants` makes codes and tokens.
"""
