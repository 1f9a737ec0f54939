/// How a transaction stands to others.
package enum PostgresTransaction: String, Hashable, Sendable {
    /// Each statement sees what is committed when it begins. For who locks the rows that matter.
    case readCommitted = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
    /// As if there were no other at the same time; where that does not hold, it fails (`isWorthRepeating`).
    case serializable = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
    /// All statements see one moment.
    case snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    package var begin: PostgresQuery { PostgresQuery(rawValue) }
}

extension PostgresConnection {
    /// Commits what `body` has done, or takes it back if it throws. Throws what `body` throws, or a `PostgresFailure`.
    package func transaction<Value>(
        _ kind: PostgresTransaction, _ body: (PostgresConnection) throws -> Value
    ) throws -> Value {
        try run([kind.begin])
        let value: Value
        do { value = try body(self) } catch {
            rollBack()
            throw error
        }
        try commit()
        return value
    }

    /// Runs these and then COMMIT, in one round trip; with no others, commits. Durable when this returns. Throws
    /// `.refused` if nothing was stored, and `.unknown` if nobody can tell.
    @discardableResult
    package func commit(_ queries: [PostgresQuery] = []) throws(PostgresFailure) -> [PostgresAnswer] {
        var answers: [PostgresAnswer]
        do { answers = try run(queries + [PostgresQuery("COMMIT")]) } catch {
            // A server that refuses has come to no COMMIT: it would not have been run, or says so itself.
            guard error.kind == .refused else { throw PostgresFailure(.unknown, state: error.state, error.message) }
            rollBack()
            throw error
        }
        // A standby that must have it was not waited for, which is all a warning.
        if let warning { throw PostgresFailure(.unknown, "COMMIT was answered with a warning: \(warning)") }
        guard answers.popLast()?.tag == "COMMIT" else {
            throw PostgresFailure(.refused, state: "25P02", "the transaction had failed, and is taken back")
        }
        return answers
    }

    /// Ends a transaction without a trace. A connection that cannot even do that is broken, and the server does it.
    package func rollBack() {
        guard transactionState != .none else { return }
        _ = try? run("ROLLBACK")
    }
}
