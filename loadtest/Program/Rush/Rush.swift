import Dispatch
import Glibc
import LoadCheck
import Reactor
import Synchronization
import WebSocket
import Wire

/// Conducts a run: lets everybody in, has cases opened and taken on, sends at a rate, waits until all has arrived, and has
/// every log read once more. Runs on the main thread; the clients live on the event loops.
final class Rush {
    private let plan: RushPlan
    private let crowd: CrowdPlan
    private let group: LoopGroup
    let progress = Progress()
    private var reception: Reception
    private var sessions: [Int: HouseSession] = [:]
    private var pairs: [Pair] = []
    private var conductorBook: HistoryBook

    private static let patience: Duration = .seconds(60)

    init(_ plan: RushPlan) throws {
        self.plan = plan
        let run = UInt32.random(in: 1 ... .max)
        crowd = CrowdPlan(
            house: plan.house, address: try plan.house.listenAddress(), run: run, seed: plan.seed,
            textBytes: plan.textBytes, watches: plan.watches, tickets: TicketDesk(plan.house), progress: progress,
            history: plan.history)
        reception = Reception(plan.house, run: run)
        conductorBook = HistoryBook(plan.history)
        var configuration = LoopGroupConfiguration()
        configuration.loops = plan.threads
        configuration.limits.maxMessageBytes = WireLimits.serverMessageBytes
        let crowd = crowd
        group = try LoopGroup(configuration) { handle, _ in Crowd(crowd, handle) }
        conductorBook.note(.run) {
            $0.version = HistoryLine.version
            $0.run = hexadecimal(run, digits: 8)
        }
        conductorBook.flush()
    }

    // MARK: Before

    /// Guests are clients 1 to G, members G+1 to G+M, readers follow.
    private func member(_ index: Int) -> Int { plan.guests + 1 + index }

    func gather() throws {
        let logins = try reception.signIn(members: plan.logins)
        for index in 0..<plan.members {
            add(Participant(number: member(index), session: logins[index % logins.count], task: .member))
        }
        try wait("every member is connected") { self.progress.teams.count >= self.plan.members }
        let teams = try (0..<plan.guests).map { try team(ofGuest: $0) }
        for (index, session) in try reception.signIn(guestsOf: teams).enumerated() {
            let entry = try reception.entry(ofTeam: teams[index])
            let categories = entry.categories.map(\.id)
            let category = categories.isEmpty ? nil : categories[index % categories.count]
            let fields = entry.fields.filter(\.isMandatory).map(\.id)
            add(
                Participant(
                    number: index + 1, session: session,
                    task: .guest(team: teams[index], category: category, fields: fields)))
        }
        try wait("every guest has a case, and a member for it") {
            for (guest, caseID) in self.progress.takeOpened() { self.pair(guest, caseID) }
            return self.pairs.count == self.plan.guests && self.progress.pairedCount == self.plan.guests
        }
        pairs.sort { $0.guest < $1.guest }
    }

    private func team(ofGuest index: Int) throws -> String {
        let teams = progress.teams[member(index % plan.members)] ?? []
        if let wanted = plan.team {
            guard teams.contains(where: { $0.id == wanted }) else {
                throw HouseError("not every member works for the team \(wanted)")
            }
            return wanted
        }
        guard let team = teams.first else { throw HouseError("a member works for no team") }
        return team.id
    }

    private func pair(_ guest: Int, _ caseID: String) {
        let member = member((guest - 1) % plan.members)
        pairs.append(Pair(guest: guest, member: member, caseID: caseID))
        tell(member) { client, loop in client.claim(caseID, loop) }
    }

    private func add(_ person: Participant) {
        sessions[person.number] = person.session
        loop(of: person.number).run { loop in (loop.app as? Crowd)?.add(person, loop: loop) }
    }

    // MARK: Load

    /// Sends at this rate for so long, then waits until all has arrived. Returns what it took, and whether all has.
    func send(
        rate: Double, seconds: Double, spacing: Spacing, drainSeconds: Double
    ) throws -> (latencies: Latencies, isDrained: Bool) {
        var schedule = SendSchedule(
            rate: rate, seconds: seconds, spacing: spacing, seed: plan.seed, begin: microseconds())
        while let due = schedule.due {
            Self.sleep(until: due)
            try dispatch(&schedule)
            if let failure = progress.failure { throw HouseError(failure) }
        }
        let deadline = microseconds() + Int64(drainSeconds * 1e6)
        while !isDrained, microseconds() < deadline {
            if let failure = progress.failure { throw HouseError(failure) }
            usleep(2000)
        }
        let hasAllArrived = isDrained
        return (try collect(), hasAllArrived)
    }

    private var isDrained: Bool {
        let answered = progress[.acknowledged] + progress[.refused]
        return answered >= progress[.intended] && progress[.delivered] >= progress[.deliverable]
    }

    /// So many microseconds are slept at least: above some thousand messages a second several go in one piece.
    private static let shortestPause: Int64 = 200

    private static func sleep(until due: Int64) {
        let pause = max(shortestPause, due - microseconds())
        var time = timespec(tv_sec: Int(pause / 1_000_000), tv_nsec: Int(pause % 1_000_000) * 1000)
        // Woken early it hands out what is due, and comes here again.
        nanosleep(&time, nil)
    }

    private struct Order: Sendable {
        let client: Int
        let caseID: String
        let isNote: Bool
        let due: Int64
    }

    /// Hands all that is due to the loops of its senders.
    private func dispatch(_ schedule: inout SendSchedule) throws {
        let now = microseconds()
        var orders = [[Order]](repeating: [], count: group.loops.count)
        while let due = schedule.due, due <= now {
            guard
                let (pair, isGuest, isNote) = schedule.take(
                    from: pairs, memberShare: plan.memberShare, notes: plan.notes)
            else { return }
            let client = isGuest ? pair.guest : pair.member
            // Counted here: what a loop has not taken up yet is under way, too.
            progress.add(.intended)
            orders[client % orders.count].append(
                Order(client: client, caseID: pair.caseID, isNote: isNote, due: due))
        }
        for (handle, orders) in zip(group.loops, orders) where !orders.isEmpty {
            let isPosted = handle.run { loop in
                guard let crowd = loop.app as? Crowd else { return }
                for order in orders {
                    crowd.client(order.client)?.write(
                        in: order.caseID, isNote: order.isNote, due: order.due, loop)
                }
            }
            guard isPosted else { throw HouseError("the generator's own mailbox is full: it cannot keep up") }
        }
    }

    // MARK: After

    /// New sockets read each case from its beginning, once with the guest's sight and once with the member's.
    func readAgain() throws {
        var readers = 0
        var number = plan.guests + plan.members
        let byMember = Dictionary(grouping: pairs, by: \.member)
        let readings =
            pairs.map { ($0.guest, HistoryLine.Role.guest, [$0.caseID]) }
            + byMember.sorted { $0.key < $1.key }.map { ($0.key, .member, $0.value.map(\.caseID)) }
        for (client, role, cases) in readings {
            guard let session = sessions[client] else { continue }
            number += 1
            readers += 1
            add(Participant(number: number, session: session, task: .reader(of: client, role, cases: cases)))
        }
        try wait("every case is read again") { self.progress[.readersDone] >= readers }
    }

    /// Ends every socket. What was written down until then counts as complete only if the run was.
    func finish(isComplete: Bool) throws {
        _ = try collect()
        if isComplete {
            conductorBook.note(.end)
            conductorBook.flush()
        }
        if let history = plan.history, !history.isComplete { throw HouseError("the history could not be written") }
        group.stop(limit: .seconds(1))
        group.join()
    }

    // MARK: Loops

    private func loop(of client: Int) -> LoopHandle { group.loops[client % group.loops.count] }

    private func tell(_ client: Int, _ body: @escaping @Sendable (SimulatedClient, EventLoop) -> Void) {
        loop(of: client).run { loop in
            guard let client = (loop.app as? Crowd)?.client(client) else { return }
            body(client, loop)
        }
    }

    private final class Gathered: Sendable {
        let latencies = Mutex(Latencies())
        let done = DispatchSemaphore(value: 0)
    }

    private func collect() throws -> Latencies {
        let gathered = Gathered()
        for handle in group.loops {
            handle.run { loop in
                if let crowd = loop.app as? Crowd {
                    let part = crowd.collect()
                    gathered.latencies.withLock { $0.add(part) }
                }
                gathered.done.signal()
            }
        }
        for _ in group.loops where gathered.done.wait(timeout: .now() + 10) == .timedOut {
            throw HouseError("an event loop of the generator hangs")
        }
        return gathered.latencies.withLock { $0 }
    }

    private func wait(_ what: String, _ condition: () -> Bool) throws {
        let deadline = ContinuousClock.now + Self.patience
        while !condition() {
            if let failure = progress.failure { throw HouseError(failure) }
            guard ContinuousClock.now < deadline else {
                throw HouseError("not within \(Self.patience.components.seconds) s: \(what)")
            }
            usleep(5000)
        }
    }
}
