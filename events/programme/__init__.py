"""The programme: series, venues, roadshows, their slots, and who has booked them."""
