"""When something can be booked: pure rules over epoch seconds, with no clock, no database and no Flask."""
