// The tests of Presence.
