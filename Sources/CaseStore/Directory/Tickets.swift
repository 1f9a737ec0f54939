import CaseMachine

/// Tickets that were given out and not used, as hashes: in the memory of the only process of a house, or in the database of
/// many.
protocol Tickets: Sendable {
    /// Whether there was room for each.
    func add(_ tickets: [NewTicket], at now: Timestamp) throws(StoreError) -> [Bool]

    /// The session of each, once.
    func redeem(_ hashes: [[UInt8]], at now: Timestamp) throws(StoreError) -> [SessionID?]
}

struct NewTicket: Sendable {
    let hash: [UInt8]
    let session: SessionID
}

/// Tickets that are good on any node. Each call is one statement, so that of many who show a ticket at once, on whichever
/// nodes, one alone removes its row.
///
/// The table is not logged: nothing is synced for a ticket, and after a crash or a failover of the database it is empty, so
/// that no ticket comes back that was used.
struct TicketTable: Tickets {
    let database: SharedDatabase

    /// Several of a session that come at once may be let in above its bound, which is for memory's sake.
    func add(_ tickets: [NewTicket], at now: Timestamp) throws(StoreError) -> [Bool] {
        let added = try database.answer(
            PostgresQuery(
                """
                INSERT INTO ticket (hash, session, expiresAt)
                SELECT asked.hash, asked.session, $3 FROM unnest($1::BYTEA[], $2::BIGINT[]) AS asked (hash, session)
                WHERE (SELECT count(*) FROM ticket WHERE ticket.session = asked.session AND expiresAt > $4) < $5
                RETURNING hash
                """,
                [
                    .blobs(tickets.map(\.hash)), .integers(tickets.map(\.session.value)),
                    .integer((now + DirectoryLimits.ticketLifetime).milliseconds), .integer(now.milliseconds),
                    .integer(Int64(DirectoryLimits.ticketsPerSession)),
                ]))
        let hashes = Set(added.compactMap { $0.blob(0) })
        return tickets.map { hashes.contains($0.hash) }
    }

    /// What another node is redeeming at this moment is passed over, as what it has redeemed: nobody waits for anybody.
    func redeem(_ hashes: [[UInt8]], at now: Timestamp) throws(StoreError) -> [SessionID?] {
        let taken = try database.answer(
            PostgresQuery(
                """
                WITH shown AS (SELECT hash FROM ticket WHERE hash = ANY($1) FOR UPDATE SKIP LOCKED)
                DELETE FROM ticket USING shown WHERE ticket.hash = shown.hash
                RETURNING ticket.hash, ticket.session, ticket.expiresAt
                """, [.blobs(hashes)]))
        var sessions: [[UInt8]: SessionID] = [:]
        for row in taken {
            guard let hash = row.blob(0), let session = row.integer(1), let end = row.integer(2) else { continue }
            let expiresAt = Timestamp(milliseconds: end)
            guard now < expiresAt, expiresAt <= DirectoryLimits.furthestTicketEnd(now) else { continue }
            sessions[hash] = SessionID(session)
        }
        // The same one twice in a lot opens one door.
        return hashes.map { sessions.removeValue(forKey: $0) }
    }
}
