import CaseStore
import Glibc

// A process that the tests of the store let die, and by which docs/store.md's figures are measured:
//
//     store-victim run DIR BATCH COMMITS [STEP]
//     store-victim measure DIR CASES
//     store-victim measure-postgres URL DIR CASES
//     store-victim migrate URL
//
// `run` writes COMMITS batches, each of one message to each of BATCH cases, and prints the number of each batch that is
// acknowledged. With a STEP (`SQLiteStore.CommitStep`) it dies there, in the last of them. Without, it ends well.
// `migrate` brings a PostgreSQL database up to date and prints from which schema it came.
let arguments = Array(CommandLine.arguments.dropFirst())
do {
    switch arguments.first {
    case "measure" where arguments.count == 3: try measure(arguments[1], cases: Int(arguments[2]) ?? 0)
    case "measure-postgres" where arguments.count == 4:
        try measurePostgres(arguments[1], keys: arguments[2], cases: Int(arguments[3]) ?? 0)
    case "migrate" where arguments.count == 2: say("\(try PostgresMigrations.run(PostgresURL(arguments[1])))")
    case "run" where arguments.count >= 4:
        try run(
            arguments[1], batch: Int(arguments[2]) ?? 0, commits: Int(arguments[3]) ?? 0,
            dyingAt: arguments.dropFirst(4).first.flatMap(SQLiteStore.CommitStep.init))
    default:
        say(
            "store-victim run DIR BATCH COMMITS [STEP] | measure DIR CASES | measure-postgres URL DIR CASES | migrate URL"
        )
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
