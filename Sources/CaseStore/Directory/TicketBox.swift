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

        /// Whether there was room.
        mutating func add(_ ticket: NewTicket, until end: Timestamp) -> Bool {
            // The used ones stand in `order` until those before them expire, so that it is bounded itself.
            guard order.count - first < DirectoryLimits.tickets,
                ofSession[ticket.session] ?? 0 < DirectoryLimits.ticketsPerSession
            else { return false }
            tickets[ticket.hash] = Ticket(session: ticket.session, expiresAt: end)
            ofSession[ticket.session, default: 0] += 1
            order.append(ticket.hash)
            return true
        }

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

    func add(_ tickets: [NewTicket], at now: Timestamp) -> [Bool] {
        contents.withLock { contents in
            contents.forgetExpired(now)
            return tickets.map { contents.add($0, until: now + DirectoryLimits.ticketLifetime) }
        }
    }

    func redeem(_ hashes: [[UInt8]], at now: Timestamp) -> [SessionID?] {
        contents.withLock { contents in
            hashes.map { hash in
                guard let ticket = contents.take(hash), !Self.isExpired(ticket, now) else { return nil }
                return ticket.session
            }
        }
    }

    var count: Int { contents.withLock { $0.tickets.count } }

    private static func isExpired(_ ticket: Ticket, _ now: Timestamp) -> Bool {
        now >= ticket.expiresAt || ticket.expiresAt > DirectoryLimits.furthestTicketEnd(now)
    }
}
