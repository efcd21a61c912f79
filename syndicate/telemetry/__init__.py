"""How the house tells an operator what happens in it: logs and metrics."""
