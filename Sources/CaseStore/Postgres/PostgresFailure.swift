/// What came instead of an answer.
package struct PostgresFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// The server refused a statement. The transaction, if there is one, can only be taken back.
        case refused
        /// There is no connection any more, or the server was silent for too long. What had no COMMIT is not stored.
        case lost
        /// As `lost`, while a COMMIT was under way: it may be stored or not.
        case unknown
    }

    package let kind: Kind
    /// SQLSTATE, five characters (https://www.postgresql.org/docs/15/errcodes-appendix.html); empty if the server said
    /// none.
    package let state: String
    package let message: String
    /// The index or constraint that was violated.
    package let constraint: String?

    package init(_ kind: Kind, state: String = "", _ message: String, constraint: String? = nil) {
        self.kind = kind
        self.state = state
        self.message = message
        self.constraint = constraint
    }

    package var description: String { state.isEmpty ? message : "\(message) (SQLSTATE \(state))" }
}

extension PostgresFailure {
    /// serialization_failure, deadlock_detected: two transactions met, and this one was taken back whole. Run again, it
    /// may pass.
    package var isWorthRepeating: Bool { kind == .refused && (state == "40001" || state == "40P01") }

    /// unique_violation.
    package var isUniqueViolation: Bool { kind == .refused && state == "23505" }

    /// The session is not what it was when it began, and is given up: prepared statements that are gone (26000) or whose
    /// tables have changed (0A000), a server that takes no writes any more since another one has taken over (25006), one
    /// that is going down or has ended the session (class 57P).
    var endsSession: Bool {
        kind != .refused || ["26000", "0A000", "25006", "25P03"].contains(state) || state.hasPrefix("57P")
    }

    package var storeError: StoreError {
        let reason = "PostgreSQL: \(description)"
        if kind == .unknown { return .unknown(reason + ": whether it was stored is not known.") }
        if isDamage {
            return .fatal("Damaged: events are in the database that their case does not know of. \(reason).")
        }
        switch state {
        // disk_full
        case "53100": return .full("No room on the disk of the database. \(reason)")
        // data_corrupted, index_corrupted
        case "XX001", "XX002": return .fatal("Damaged: \(reason). Restore the database from a backup (docs/store.md).")
        // Whatever else a server refuses, it has not stored, and a process that ended would refuse no less.
        default: return .unavailable("Cannot use the database. \(reason).")
        }
    }
}
