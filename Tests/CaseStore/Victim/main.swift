import CaseStore
import Glibc

// A process that the tests of the store let die, and by which docs/store.md's figures are measured:
//
//     store-victim run DIR BATCH COMMITS [STEP]
//     store-victim measure DIR CASES
//
// `run` writes COMMITS batches, each of one message to each of BATCH cases, and prints the number of each batch that is
// acknowledged. With a STEP (`SQLiteStore.CommitStep`) it dies there, in the last of them. Without, it ends well.
let arguments = Array(CommandLine.arguments.dropFirst())
do {
    switch arguments.first {
    case "measure" where arguments.count == 3: try measure(arguments[1], cases: Int(arguments[2]) ?? 0)
    case "run" where arguments.count >= 4:
        try run(
            arguments[1], batch: Int(arguments[2]) ?? 0, commits: Int(arguments[3]) ?? 0,
            dyingAt: arguments.dropFirst(4).first.flatMap(SQLiteStore.CommitStep.init))
    default:
        say("store-victim run DIR BATCH COMMITS [STEP] | store-victim measure DIR CASES")
        exit(2)
    }
} catch {
    say("\(error)")
    exit(1)
}

func run(_ path: String, batch: Int, commits: Int, dyingAt step: SQLiteStore.CommitStep?) throws {
    let last = LastCommit()
    var settings = SQLiteStore.Settings()
    settings.reached = { reached in
        if last.isReached && reached == step { kill(getpid(), SIGKILL) }
    }
    var talk = try Talk(path, cases: batch, settings)
    try talk.open(besides: nil)
    say("open")
    for number in 1...max(1, commits) {
        let prepared = try talk.messages(batch)
        if number == commits { last.reach() }
        let outcomes = try talk.store.commit(prepared)
        guard outcomes.allSatisfy({ $0 == .stored }) else { return say("not stored") }
        say("\(number)")
    }
}

/// At once, not when a buffer is full: what is not printed counts as not acknowledged.
func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
}
