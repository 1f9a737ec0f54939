// The case machine: states, commands, events, decisions, deadlines, policy, and who may do what.
//
// Three pure functions over value types will live here (the decider pattern):
//   decide(command, state, policy, now) -> events or a rejection
//   evolve(state, event) -> state
//   deadlines(state, policy) -> what is due, and when
// Nothing in this module reads a clock, does I/O or imports another module.
