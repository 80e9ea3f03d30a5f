"""Deals: an institution's interest in a project, from the first intent on."""
