// The tests of Feed.
