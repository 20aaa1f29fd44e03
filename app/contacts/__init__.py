"""People who book, fill in forms, call or write: found again by e-mail address, else by phone number."""
