import CaseMachine
import Synchronization

/// Tickets that were given out and not used: in this process alone, since they live half a minute. A thief of the memory
/// or of a core dump gets hashes.
final class TicketBox: Tickets {
    private struct Ticket {
        let session: SessionID
        let expiresAt: Timestamp
    }

    private struct Contents {
        var tickets: [[UInt8]: Ticket] = [:]
        var ofSession: [SessionID: Int] = [:]
        /// In the order of giving out, which is that of expiring while the clock does not go back.
        var order: [[UInt8]] = []
        /// Those before it are gone.
        var first = 0

        mutating func take(_ hash: [UInt8]) -> Ticket? {
            guard let ticket = tickets.removeValue(forKey: hash) else { return nil }
            let left = (ofSession[ticket.session] ?? 1) - 1
            ofSession[ticket.session] = left > 0 ? left : nil
            return ticket
        }

        mutating func forgetExpired(_ now: Timestamp) {
            while first < order.count {
                let hash = order[first]
                if let ticket = tickets[hash] {
                    guard TicketBox.isExpired(ticket, now) else { break }
                    _ = take(hash)
                }
                first += 1
            }
            guard first > 1024, first * 2 > order.count else { return }
            order.removeFirst(first)
            first = 0
        }
    }

    private let contents = Mutex(Contents())

    /// Whether there was room.
    func add(_ hash: [UInt8], for session: SessionID, at now: Timestamp) -> Bool {
        contents.withLock { contents in
            contents.forgetExpired(now)
            // The used ones stand in `order` until those before them expire, so that it is bounded itself.
            guard contents.order.count - contents.first < DirectoryLimits.tickets,
                contents.ofSession[session] ?? 0 < DirectoryLimits.ticketsPerSession
            else { return false }
            contents.tickets[hash] = Ticket(session: session, expiresAt: now + DirectoryLimits.ticketLifetime)
            contents.ofSession[session, default: 0] += 1
            contents.order.append(hash)
            return true
        }
    }

    /// The ticket's session, once.
    func redeem(_ hash: [UInt8], at now: Timestamp) -> SessionID? {
        contents.withLock { contents in
            guard let ticket = contents.take(hash), !Self.isExpired(ticket, now) else { return nil }
            return ticket.session
        }
    }

    var count: Int { contents.withLock { $0.tickets.count } }

    private static func isExpired(_ ticket: Ticket, _ now: Timestamp) -> Bool {
        now >= ticket.expiresAt || ticket.expiresAt > DirectoryLimits.furthestTicketEnd(now)
    }
}
