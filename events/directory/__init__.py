"""The directory: organizers, companies, institutions, project cards, and who trusts whom."""
