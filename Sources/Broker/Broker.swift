// Between nodes: Redis pub/sub, or in-process for a single node.
//
// `publish(topic, bytes)`, `subscribe(topic)`, `unsubscribe(topic)`, and health. hiredis will format and parse; the
// bytes will travel over the Reactor's own connections. The broker is a hint, the log is the truth.
