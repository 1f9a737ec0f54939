import CaseMachine
import CaseStore
import Gateway
import Synchronization

/// Very many deadlines over a few nodes that die at random moments: none may be met early, missed or met twice.
///
/// Each case is snoozed until a moment of its own. The product's engines share one store in memory, on a virtual clock; a node
/// dies between any two of its jobs, or with a job done and nobody told, and comes back as another one after a while.
/// Afterwards the log alone is asked what happened when.
package struct DeadlineRun {
    package struct Settings: Sendable {
        package var cases = 100_000
        package var nodes = 3
        package var seed: UInt64 = 1
        /// All deadlines lie within this.
        package var window: Duration = .seconds(1200)
        /// On average, one of the nodes dies once in this time.
        package var death: Duration = .seconds(20)
        /// For so long at most a dead node stays away.
        package var longestAbsence: Duration = .seconds(30)
        /// How far the clock goes at once.
        package var step: Duration = .milliseconds(100)

        package init() {}
    }

    package struct Report: Sendable, Equatable {
        package internal(set) var met = 0
        package internal(set) var early = 0
        package internal(set) var missed = 0
        package internal(set) var twice = 0
        package internal(set) var deaths = 0
        /// Of those that were met, in milliseconds, the shortest first.
        package internal(set) var lateness: [Int64] = []

        package var isKept: Bool { early == 0 && missed == 0 && twice == 0 && met > 0 }

        /// In milliseconds; 0 if none was met.
        package func lateness(percentile: Double) -> Int64 {
            guard !lateness.isEmpty else { return 0 }
            let place = Int((Double(lateness.count) * percentile / 100).rounded(.up)) - 1
            return lateness[min(max(0, place), lateness.count - 1)]
        }
    }

    private static let organisation = OrganisationID(1)
    private static let team = TeamID(1)
    private static let anna = MemberID(1)
    /// As many as an organisation may have waiting at a node.
    private static let portion = 1000

    private final class Clock: Sendable {
        let milliseconds = Atomic<Int64>(DeadlineRun.epoch.milliseconds)
    }

    private final class Node {
        let id: NodeID
        let engine: CaseEngine

        init(_ id: NodeID, _ engine: CaseEngine) {
            self.id = id
            self.engine = engine
        }
    }

    private static let epoch = Timestamp(milliseconds: 1_800_000_000_000)

    private let settings: Settings
    private let clock = Clock()
    private let store: MemoryStore
    private var dice: Dice
    private var now: Duration = .zero
    private var nodes: [Node?] = []
    /// When those that are away come back.
    private var returns: [Int: Duration] = [:]
    private var lastNode: Int64 = 0
    private var report = Report()
    private var replies: [UInt64: Reply] = [:]

    private init(_ settings: Settings) {
        self.settings = settings
        dice = Dice(seed: settings.seed)
        let clock = clock
        store = MemoryStore { Timestamp(milliseconds: clock.milliseconds.load(ordering: .relaxed)) }
    }

    package static func run(_ settings: Settings = Settings()) -> Report {
        var run = DeadlineRun(settings)
        run.nodes = (0..<max(1, settings.nodes)).map { _ in run.newNode() }
        let cases = run.prepare()
        run.live(until: run.now + settings.window + settings.longestAbsence + .seconds(60))
        run.examine(cases)
        return run.report
    }

    // MARK: Time

    private var moment: Moment { Moment(wall: Self.epoch + now, monotonic: now) }

    private mutating func pass(_ duration: Duration) {
        now += duration
        clock.milliseconds.store(moment.wall.milliseconds, ordering: .relaxed)
        for node in nodes { node?.engine.advance(to: moment) }
    }

    private mutating func live(until end: Duration) {
        let perStep = Int(1_000_000 * (settings.step / settings.death))
        while now < end {
            pass(settings.step)
            for (place, moment) in returns where moment <= now {
                returns[place] = nil
                nodes[place] = newNode()
            }
            // One is always there: what nobody can see to is no question of the machine.
            if nodes.count(where: { $0 != nil }) > 1, dice.number(0...999_999) < perStep {
                let places = nodes.indices.filter { nodes[$0] != nil }
                kill(places[dice.number(0...places.count - 1)])
            }
            for place in nodes.indices { work(at: place) }
        }
    }

    // MARK: Nodes

    private mutating func newNode() -> Node {
        lastNode += 1
        var random = Dice(seed: settings.seed &* 1_000_003 &+ UInt64(lastNode))
        let engine = CaseEngine(limits: EngineLimits(), at: moment) { random.next() }
        // She sits at every node: nobody is to be missed.
        engine.hold([Self.anna])
        return Node(NodeID(lastNode), engine)
    }

    private mutating func kill(_ place: Int) {
        report.deaths += 1
        nodes[place] = nil
        let absence = Int(settings.longestAbsence.wholeMilliseconds)
        returns[place] = now + .milliseconds(dice.number(0...absence))
    }

    /// Everything that it wants at this moment; a node that dies in the middle leaves a job undone, or done and unheard.
    private mutating func work(at place: Int) {
        guard let node = nodes[place] else { return }
        while let job = node.engine.nextJob() {
            let isDoomed = returns.isEmpty && dice.number(0...9999) == 0
            if isDoomed, dice.number(0...1) == 0 { return kill(place) }
            let result = store.perform(job.kind, for: node.id)
            if isDoomed { return kill(place) }
            node.engine.finish(job.id, result)
        }
        for output in node.engine.takeOutputs() {
            if case .reply(let ticket, let reply) = output { replies[ticket.tag] = reply }
        }
    }

    // MARK: Cases

    /// Snoozed, each until its own moment, all at the first node before any dies.
    private mutating func prepare() -> [CaseID: Timestamp] {
        var dues: [CaseID: Timestamp] = [:]
        var made = 0
        while made < settings.cases {
            let count = min(Self.portion, settings.cases - made)
            let guests = (0..<count).map {
                GuestActor(guest: GuestID(Int64(made + $0 + 1)), organisation: Self.organisation)
            }
            let opened = ask(
                guests.map { guest in
                    let opening = Opening(
                        organisation: Self.organisation, team: Self.team, party: .support(guest.guest))
                    return (.open(opening), .guest(guest))
                })
            _ = ask(opened.map { (.act($0, .claim), Self.member) })
            let ends = opened.map { _ in
                Self.epoch + now + .seconds(60) + .milliseconds(dice.number(0...Int(settings.window.wholeMilliseconds)))
            }
            let snoozed = ask(zip(opened, ends).map { (.act($0, .snooze(until: $1)), Self.member) })
            for (id, end) in zip(opened, ends) where snoozed.contains(id) { dues[id] = end }
            made += count
        }
        return dues
    }

    private static let member = Actor.member(
        MemberActor(member: anna, organisation: organisation, teams: [team: .member]))

    /// The cases of the commands that were accepted, in their order.
    private mutating func ask(_ commands: [(CaseCommand, Actor)]) -> [CaseID] {
        guard let first = nodes.first.flatMap(\.self) else { return [] }
        replies.removeAll()
        for (index, (command, actor)) in commands.enumerated() {
            first.engine.submit(
                Submission(
                    ticket: Ticket(port: 0, tag: UInt64(index)), organisation: Self.organisation, actor: actor,
                    key: nil,
                    command: command))
        }
        while replies.count < commands.count {
            while let job = first.engine.nextJob() {
                first.engine.finish(job.id, store.perform(job.kind, for: first.id))
            }
            for case .reply(let ticket, let reply) in first.engine.takeOutputs() { replies[ticket.tag] = reply }
            // It waits a moment for others to come.
            if replies.count < commands.count { pass(.milliseconds(1)) }
        }
        return commands.indices.compactMap { index in
            if case .accepted(let receipt)? = replies[UInt64(index)] { receipt.id } else { nil }
        }
    }

    // MARK: What became of it

    private mutating func examine(_ dues: [CaseID: Timestamp]) {
        for (id, due) in dues {
            let page = try? store.events(of: id, for: .team, after: 0, limit: 100).get()
            let woken = (page?.events ?? []).filter { if case .woke = $0.event.fact { true } else { false } }.map(
                \.event.at)
            guard let first = woken.first else {
                report.missed += 1
                continue
            }
            report.met += 1
            if woken.count > 1 { report.twice += 1 }
            if first < due { report.early += 1 }
            report.lateness.append(first.since(due).wholeMilliseconds)
        }
        report.missed += settings.cases - dues.count
        report.lateness.sort()
    }
}
