// Who is here, and who is typing.
//
// Presence will be a value that merges: each node owns the entries of its own sockets, every other node takes the
// newer one, and a node that falls silent has its entries expire. Typing belongs to the server and expires by itself.
// Pure: time, randomness and identifiers come in as arguments.
