// The messages of protocol v1 (subprotocol `foyer.v1`) as Swift types, and their JSON.
//
// Commands carry `id`, answers carry `re`, pushed events carry `case` and a `seq` that is dense for its audience.
