import CaseMachine

/// Tickets that were given out and not used, as hashes: in the memory of the only process of a house, or in the database of
/// many.
protocol Tickets: Sendable {
    /// Whether there was room.
    func add(_ hash: [UInt8], for session: SessionID, at now: Timestamp) throws(StoreError) -> Bool

    /// The ticket's session, once.
    func redeem(_ hash: [UInt8], at now: Timestamp) throws(StoreError) -> SessionID?
}

/// Tickets that are good on any node. Each call is one statement, so that of many who show a ticket at once, on whichever
/// nodes, one alone removes its row.
///
/// The table is not logged: nothing is synced for a ticket, and after a crash or a failover of the database it is empty, so
/// that no ticket comes back that was used.
struct TicketTable: Tickets {
    let database: SharedDatabase

    /// Several that come at once may be let in above the session's bound, which is for memory's sake.
    func add(_ hash: [UInt8], for session: SessionID, at now: Timestamp) throws(StoreError) -> Bool {
        let added = try database.run(
            """
            INSERT INTO ticket (hash, session, expiresAt)
            SELECT CAST(? AS BYTEA), CAST(? AS BIGINT), CAST(? AS BIGINT)
            WHERE (SELECT count(*) FROM ticket WHERE session = ? AND expiresAt > ?) < ?
            """,
            [
                .blob(hash), .integer(session.value), .integer((now + DirectoryLimits.ticketLifetime).milliseconds),
                .integer(session.value), .integer(now.milliseconds),
                .integer(Int64(DirectoryLimits.ticketsPerSession)),
            ])
        return added == 1
    }

    func redeem(_ hash: [UInt8], at now: Timestamp) throws(StoreError) -> SessionID? {
        let row = try database.answer("DELETE FROM ticket WHERE hash = ? RETURNING session, expiresAt", [.blob(hash)])
            .first
        guard let session = row?.integer(0), let end = row?.integer(1) else { return nil }
        let expiresAt = Timestamp(milliseconds: end)
        guard now < expiresAt, expiresAt <= DirectoryLimits.furthestTicketEnd(now) else { return nil }
        return SessionID(session)
    }
}
