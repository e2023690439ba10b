"""Whether documents or an adapter help: the plan, the answers, the figures."""
