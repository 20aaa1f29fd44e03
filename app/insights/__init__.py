"""What became of links: how many were made, sent, opened by people, booked, and how long that took."""
