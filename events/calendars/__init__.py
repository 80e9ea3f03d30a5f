"""Calendars: roadshows as iCalendar, and the secrets personal feeds stand under."""
