import LoadCheck
import Reactor
import WebSocket
import Wire

/// One guest, member or reader: a socket that comes back whenever it is lost, and whatever is unfinished then.
///
/// Nothing that must happen is remembered as "to be sent": after each answer, pause and connection `goOn` looks at what is
/// not done, and asks for it under the key that it has always had. The parts are in files of their own: connecting, what
/// is asked, what is answered and pushed.
final class SimulatedClient {
    enum Phase {
        /// Comes (back) at this time.
        case away(until: Int64)
        case fetchingTicket
        /// Has a ticket to show.
        case connecting(ticket: String)
        case authenticating(ConnectionID)
        case ready(ConnectionID)
        /// Closed by us; the loop has not told of its end yet.
        case leaving
        case gone
    }

    struct Unanswered {
        let purpose: Purpose
        let sentAt: Int64
    }

    let number: Int
    let participant: Participant
    unowned let crowd: Crowd
    var phase = Phase.away(until: 0)
    /// Where it is, or goes next.
    var nodes: NodeRing
    var backoff: Backoff
    /// Since when this connection is in, in microseconds.
    var inSince: Int64?
    /// Counted as in its place (`Progress.Count.inPlace`).
    var isInPlace = false
    /// When it last was no longer in its place.
    var lostAt: Int64?
    var wasIn = false

    var nextID: Int64 = 1
    var unanswered: [Int64: Unanswered] = [:]
    var lastSent: Int64 = 0
    /// The server was too busy: nothing is asked until then.
    var restsUntil: Int64 = 0

    var generation: String?
    var cases: [String: FollowedCase] = [:]
    /// In the order in which they came: the same in each run.
    var order: [FollowedCase] = []
    var opening: Errand.Opening?
    var claims: [Errand.Claim] = []
    var isWatching = false
    /// Cases that were in the list once.
    var listed: Set<String> = []
    var sentCount = 0

    init(_ participant: Participant, _ crowd: Crowd) {
        number = participant.number
        self.participant = participant
        self.crowd = crowd
        nodes = participant.nodes
        backoff = Backoff(longest: crowd.plan.longestPause)
        switch participant.task {
        case .guest(let team, let category, let fields):
            opening = Errand.Opening(
                team: team, topic: category.map { .category($0) } ?? .subject("A question under load"),
                values: fields.map { FieldEntry(field: $0, value: "Load \(participant.number)") },
                openKey: Self.newKey(), identifyKey: Self.newKey())
        case .member:
            break
        case .onlooker(let caseID):
            follow(caseID)
        case .reader(_, _, let cases):
            for id in cases { follow(id) }
        }
    }

    /// Keys are not the seed's: two runs against one house must not share any.
    static func newKey() -> UInt128 { UInt128.random(in: 1 ... .max) }

    @discardableResult
    func follow(_ caseID: String) -> FollowedCase {
        if let known = cases[caseID] { return known }
        let followed = FollowedCase(caseID)
        cases[caseID] = followed
        order.append(followed)
        return followed
    }

    func fail(_ reason: String) {
        crowd.plan.progress.fail("client \(number) (\(participant.role.rawValue)): \(reason)")
        phase = .gone
    }

    // MARK: What the conductor asks for

    func claim(_ caseID: String, _ loop: EventLoop) {
        claims.append(Errand.Claim(caseID: caseID, key: Self.newKey()))
        goOn(loop)
    }

    /// Begins a message that was due at that time, which is now or has passed.
    func write(in caseID: String, isNote: Bool, due: Int64, _ loop: EventLoop) {
        guard let followed = cases[caseID] else { return }
        sentCount += 1
        let mark = MessageMark(run: crowd.plan.run, client: number, number: sentCount, dueMicroseconds: due)
        let message = OutgoingMessage(
            number: sentCount, key: Self.newKey(), text: mark.text(bytes: crowd.plan.textBytes), isNote: isNote,
            dueMicroseconds: due)
        if participant.isMeasured { crowd.latencies.takenUp(due: due) }
        crowd.book.note(.intend, number) {
            $0.caseID = caseID
            $0.number = message.number
            $0.isNote = isNote ? true : nil
            $0.key = hexadecimal(message.key, digits: 32)
        }
        followed.outbox.append(message)
        goOn(followed, loop)
    }

    func cut(_ loop: EventLoop) {
        switch phase {
        case .authenticating(let connection), .ready(let connection): loop.cut(connection)
        case .away, .fetchingTicket, .connecting, .leaving, .gone: break
        }
    }

    func leave(_ loop: EventLoop) {
        switch phase {
        case .authenticating(let connection), .ready(let connection):
            phase = .gone
            loop.close(connection, .normal)
        case .away, .fetchingTicket, .connecting, .leaving, .gone:
            phase = .gone
        }
    }
}
