// The messages of protocol v1 (subprotocol `foyer.v1`, docs/protocol.md) as Swift types, and their JSON.
//
// `JSON/` reads and writes JSON and knows nothing of messages; `Commands/` is what a client says, `Answers/` and
// `Pushes/` what the server says. Both directions are written and read here, because tests and the load generator are
// clients. Reading is total: any bytes become a message or a `WireError` that names the field and says what to do.
// Names of cases, teams and people are opaque strings here, moments are milliseconds since 1970.
