// How a subscriber stays gap-free: subscribing, reading, live, repairing.
//
// A `Feed` will be one socket's position in one case's log: a pure machine that is told what arrives and answers what
// to deliver, what to read from the store and how long to wait.
