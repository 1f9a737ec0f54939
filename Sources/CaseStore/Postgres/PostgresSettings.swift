/// What is bounded in talking to PostgreSQL. A database or a network that falls silent ends in an error, never in a hang:
/// the server gives up first (`lockWithin`, `statementWithin`), since it can say what has become of the transaction; the
/// client then (`answerWithin`), which can only close the connection.
package struct PostgresSettings: Sendable {
    /// For each address that the URL leads to, TLS and the password included. libpq counts whole seconds, at least 2.
    package var connectWithin: Duration = .seconds(5)
    /// How long a statement may wait for another transaction's rows. They are held for some milliseconds at most.
    package var lockWithin: Duration = .seconds(3)
    package var statementWithin: Duration = .seconds(8)
    /// How long to wait for the answer to what was sent at once.
    package var answerWithin: Duration = .seconds(10)
    /// How long a node that was paused amid a transaction may keep others from the rows that it has locked.
    package var idleInTransactionWithin: Duration = .seconds(5)
    /// Connections for reading: as many reads as are worth running at once on the database's side.
    package var readers = 4
    /// How long a read waits for one of them.
    package var readerWithin: Duration = .seconds(5)
    /// How often a transaction is run again that met another one (SQLSTATE 40001, 40P01).
    package var retries = 16
    /// What the server's own views show of us.
    package var applicationName = "foyer"

    package init() {}
}
