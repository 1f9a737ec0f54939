import CaseMachine
import CaseStore
import Synchronization

/// How long guests of a team have waited for a member lately (docs/http.md, "The expected wait"): measured on the store
/// from time to time, never while somebody waits for it.
final class WaitBoard: Sendable {
    /// As many as tell something about the hour, and few enough to be read in some milliseconds.
    static let cases = 20
    /// Of fewer nobody can tell.
    static let fewest = 5
    /// A holiday week ago is another season.
    static let lookedBack: [Duration] = [.hours(2), .hours(12), .days(2), .days(7)]
    static let measuredEvery: Duration = .minutes(5)
    /// The first of a case's events: whoever waits behind more of them waits for something else.
    static let eventsRead = 50
    /// Cases of one portion of time that are looked at; where more were opened, a shorter one tells enough.
    static let casesRead = 200

    private struct Measured {
        let minutes: Int?
        let at: Duration
    }

    private let board = Mutex<[TeamID: Measured]>([:])

    subscript(team: TeamID) -> Int? { board.withLock { $0[team]?.minutes } }

    /// The team that is to be measured next, if one is due; it is not named again for a while.
    func next(of teams: [TeamID], now: Duration) -> TeamID? {
        board.withLock { board in
            let due = teams.first { team in board[team].map { now - $0.at >= Self.measuredEvery } ?? true }
            if let due { board[due] = Measured(minutes: board[due]?.minutes, at: now) }
            return due
        }
    }

    func measure(_ team: Team, _ store: any CaseStore, now: Timestamp, at moment: Duration) throws(StoreError) {
        var waits: [Int] = []
        for span in Self.lookedBack {
            waits = try Self.waits(of: team, since: now - span, store)
            if waits.count >= Self.cases { break }
        }
        let newest = waits.suffix(Self.cases).sorted()
        let minutes = newest.count < Self.fewest ? nil : max(1, newest[newest.count / 2])
        board.withLock { $0[team.id] = Measured(minutes: minutes, at: moment) }
    }

    /// In minutes, of the answered ones that were opened since, the oldest first.
    private static func waits(
        of team: Team, since moment: Timestamp, _ store: any CaseStore
    ) throws(StoreError) -> [Int] {
        // Ids begin with the moment: what was opened before stands before.
        let first = CaseID.first(at: moment)
        var listed: [ListedCase] = []
        for list in [CaseList.open(team.id), .closed(team.id)] {
            listed += try store.list(list, after: first, limit: casesRead)
        }
        var waits: [Int] = []
        for one in listed.sorted(by: { $0.id < $1.id }).suffix(2 * cases) {
            guard case .success(let state) = one.state, case .support = state.party,
                case .success(let page) = try store.events(of: one.id, for: .team, after: 0, limit: eventsRead)
            else { continue }
            if let wait = wait(in: page.events, team) { waits.append(wait) }
        }
        return waits
    }

    /// From when the guest was in the queue to when a member claimed it, or wrote.
    static func wait(in events: [StoredEvent], _ team: Team) -> Int? {
        var since: Timestamp?
        for stored in events {
            switch stored.event.fact {
            case .opened(let opening): if opening.missing.isEmpty { since = stored.event.at }
            case .intakeCompleted: since = stored.event.at
            case .claimed, .messageSent:
                guard stored.event.author.side == .team, let since else { continue }
                return team.openMinutes(from: since, until: stored.event.at)
            default: continue
            }
        }
        return nil
    }
}

extension Team {
    /// How many minutes between the two the team was there.
    fileprivate func openMinutes(from start: Timestamp, until end: Timestamp) -> Int {
        policy.hours.openMinutes(
            from: LocalMinute(start, minutesEastOfUTC: minutesEastOfUTC(at: start)),
            until: LocalMinute(end, minutesEastOfUTC: minutesEastOfUTC(at: end)))
    }
}
