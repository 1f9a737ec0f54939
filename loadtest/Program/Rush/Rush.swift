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
    let plan: RushPlan
    let progress = Progress()
    private let group: LoopGroup
    private var reception: Reception
    private var memberSessions: [HouseSession] = []
    private var sessions: [Int: HouseSession] = [:]
    /// Clients are numbered in the order in which they come.
    private var people = 0
    private var onlookers: ClosedRange<Int>?
    /// Those who are sent messages, and those who only have a case that is to be read at the end.
    private var pairs: [Pair] = []
    private var otherPairs: [Pair] = []
    private var conductorBook: HistoryBook
    /// Set from any thread: `send` ends as if its time were over.
    let ending = OneWaySwitch()

    static let patience: Duration = .seconds(60)

    init(_ plan: RushPlan) throws {
        self.plan = plan
        let run = UInt32.random(in: 1 ... .max)
        let crowd = CrowdPlan(
            addresses: try plan.houses.map(SocketAddress.init), run: run, seed: plan.seed,
            textBytes: plan.textBytes, watches: plan.watches, longestPause: plan.longestPause,
            keepsOnlookersApart: plan.keepsOnlookersApart,
            tickets: TicketDesk(plan.houses, clerks: plan.ticketClerks), progress: progress, history: plan.history)
        reception = Reception(plan.houses, run: run)
        conductorBook = HistoryBook(plan.history)
        var configuration = LoopGroupConfiguration()
        configuration.loops = plan.threads
        configuration.limits.maxMessageBytes = WireLimits.serverMessageBytes
        group = try LoopGroup(configuration) { handle, _ in Crowd(crowd, handle) }
        conductorBook.note(.run) {
            $0.version = HistoryLine.version
            $0.run = hexadecimal(run, digits: 8)
        }
        conductorBook.flush()
    }

    // MARK: Before

    /// Everybody whom the plan names, spread over all nodes: those who are sent messages.
    func gather() throws {
        let nodes = plan.houses.indices
        pairs = try gather(Party(guests: plan.guests, members: plan.members, nodes: nodes))
    }

    /// The same at some nodes only.
    func gather(at nodes: Range<Int>) throws {
        pairs = try gather(Party(guests: plan.guests, members: plan.members, nodes: nodes))
    }

    /// Others, who have cases and are sent nothing by `send`.
    func gatherOthers(_ party: Party) throws -> [Pair] {
        let pairs = try gather(party)
        otherPairs += pairs
        return pairs
    }

    /// First the guests' numbers, then the members'.
    private func gather(_ party: Party) throws -> [Pair] {
        if memberSessions.isEmpty { memberSessions = try reception.signIn(members: plan.logins) }
        let firstGuest = people + 1
        let firstMember = firstGuest + party.guests
        people += party.guests + party.members
        let members = firstMember..<firstMember + party.members
        for (index, number) in members.enumerated() {
            add(
                Participant(
                    number: number, session: memberSessions[index % memberSessions.count], task: .member,
                    nodes: NodeRing(party.nodes, turn: index), isMeasured: party.isMeasured))
        }
        try wait("every member is connected") {
            let teams = self.progress.teams
            return members.allSatisfy { teams[$0] != nil }
        }
        // One further with each round: a guest and the member for them are at the same node or at different ones.
        let rings = (0..<party.guests).map { NodeRing(party.nodes, turn: $0 + $0 / party.members) }
        let teams = try (0..<party.guests).map { try team(ofMember: firstMember + $0 % party.members) }
        let wanted = zip(teams, rings).map { (team: $0, node: $1.current) }
        for (index, session) in try reception.signIn(guests: wanted).enumerated() {
            let entry = try reception.entry(ofTeam: teams[index])
            let categories = entry.categories.map(\.id)
            let category = categories.isEmpty ? nil : categories[index % categories.count]
            let fields = entry.fields.filter(\.isMandatory).map(\.id)
            add(
                Participant(
                    number: firstGuest + index, session: session,
                    task: .guest(team: teams[index], category: category, fields: fields), nodes: rings[index],
                    isMeasured: party.isMeasured))
        }
        var found: [Pair] = []
        let pairedBefore = progress.pairedCount
        try wait("every guest has a case, and a member for it") {
            for (guest, caseID) in self.progress.takeOpened() {
                let member = firstMember + (guest - firstGuest) % party.members
                found.append(Pair(guest: guest, member: member, caseID: caseID))
                self.tell(member) { client, loop in client.claim(caseID, loop) }
            }
            return found.count == party.guests && self.progress.pairedCount == pairedBefore + party.guests
        }
        return found.sorted { $0.guest < $1.guest }
    }

    private func team(ofMember member: Int) throws -> String {
        let teams = progress.teams[member] ?? []
        if let wanted = plan.team {
            guard teams.contains(where: { $0.id == wanted }) else {
                throw HouseError("not every member works for the team \(wanted)")
            }
            return wanted
        }
        guard let team = teams.first else { throw HouseError("a member works for no team") }
        return team.id
    }

    /// Sockets of guests who are here already, spread over these nodes. Returns their numbers.
    func addOnlookers(_ count: Int, of pairs: [Pair], at nodes: Range<Int>) -> ClosedRange<Int> {
        let numbers = people + 1...people + count
        onlookers = numbers
        people += count
        for (index, number) in numbers.enumerated() {
            let pair = pairs[index % pairs.count]
            guard let session = sessions[pair.guest] else { continue }
            add(
                Participant(
                    number: number, session: session, task: .onlooker(caseID: pair.caseID),
                    nodes: NodeRing(nodes, turn: index / pairs.count + index), isMeasured: false))
        }
        return numbers
    }

    private func add(_ person: Participant) {
        sessions[person.number] = person.session
        // As many as there are people, at once: they wait whatever the mailbox holds already.
        loop(of: person.number).run(urgent: true) { loop in (loop.app as? Crowd)?.add(person, loop: loop) }
    }

    /// Every loop ends those of these clients that are its own.
    func cut(_ numbers: ClosedRange<Int>) {
        for handle in group.loops { handle.run { loop in (loop.app as? Crowd)?.cut(numbers, loop: loop) } }
    }

    /// Has the member of each case write in it, once, one case after the other over this time.
    func writeOnce(in pairs: [Pair], withinSeconds seconds: Double) {
        let begin = microseconds()
        for (place, pair) in pairs.enumerated() {
            progress.add(.intended)
            let delay = seconds * Double(place) / Double(pairs.count)
            let due = begin + Int64(delay * 1e6)
            tell(pair.member) { _, loop in
                loop.after(.seconds(delay)) { loop in
                    (loop.app as? Crowd)?.client(pair.member)?
                        .write(in: pair.caseID, isNote: false, due: due, loop)
                }
            }
        }
    }

    // MARK: Load

    /// Sends at this rate for so long, or until `isOver`, which is asked before each message; then waits until all has
    /// arrived. Returns what it took, and whether all has.
    func send(
        rate: Double, seconds: Double, spacing: Spacing, drainSeconds: Double, until isOver: () -> Bool = { false }
    ) throws -> (latencies: Latencies, isDrained: Bool) {
        var schedule = SendSchedule(
            rate: rate, seconds: seconds, spacing: spacing, seed: plan.seed, begin: microseconds())
        while let due = schedule.due, !ending.isSet, !isOver() {
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
            orders[loopIndex(of: client)].append(
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
        let pairs = self.pairs + otherPairs
        let byMember = Dictionary(grouping: pairs, by: \.member)
        let readings =
            pairs.map { ($0.guest, HistoryLine.Role.guest, [$0.caseID]) }
            + byMember.sorted { $0.key < $1.key }.map { ($0.key, .member, $0.value.map(\.caseID)) }
        for (client, role, cases) in readings {
            guard let session = sessions[client] else { continue }
            people += 1
            readers += 1
            let ring = NodeRing(plan.houses.indices, turn: people)
            add(
                Participant(
                    number: people, session: session, task: .reader(of: client, role, cases: cases), nodes: ring))
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

    private func loopIndex(of client: Int) -> Int {
        let count = group.loops.count
        guard plan.keepsOnlookersApart, count > 1 else { return client % count }
        // The first one is everybody else's.
        return onlookers?.contains(client) == true ? 1 + client % (count - 1) : 0
    }

    private func loop(of client: Int) -> LoopHandle { group.loops[loopIndex(of: client)] }

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

    func wait(_ what: String, patience: Duration = Rush.patience, _ condition: () -> Bool) throws {
        let deadline = ContinuousClock.now + patience
        while !condition() {
            if let failure = progress.failure { throw HouseError(failure) }
            guard ContinuousClock.now < deadline else {
                throw HouseError("not within \(patience.components.seconds) s: \(what)")
            }
            usleep(5000)
        }
    }
}
