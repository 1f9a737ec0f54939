import CaseMachine
import CaseStore
import Gateway
import Simulation
import TestSupport
import Testing

/// One engine and its store, with a clock that goes when it is told to. Several wards over one store are several nodes.
final class Ward {
    static let clinic = OrganisationID(1)
    static let team = TeamID(1)
    static let maria = GuestID(1)
    static let anna = MemberID(11)
    static let ben = MemberID(12)

    static let guest = guest(maria)
    static let annaOfTheTeam = member(anna)
    static let benOfTheTeam = member(ben)

    let store: MemoryStore
    let engine: CaseEngine
    let node: NodeID
    private(set) var now: Moment
    private var lastTag: UInt64 = 0
    private(set) var replies: [UInt64: Reply] = [:]
    /// In the order in which they were handed out.
    private(set) var handedOut: [EngineOutput] = []
    /// Jobs in the order in which the engine asked for them.
    private(set) var jobs: [EngineJob] = []
    /// Stands in for the store's result of a commit, while it gives one.
    var onCommit: (([CommitUnit]) -> JobResult?)?

    init(_ store: MemoryStore = MemoryStore(), node: Int64 = 1, limits: EngineLimits = EngineLimits()) {
        self.store = store
        self.node = NodeID(node)
        now = Moment(wall: Timestamp(milliseconds: 1_700_000_000_000), monotonic: .seconds(1000))
        var random = SeededRandom(seed: UInt64(node))
        engine = CaseEngine(limits: limits, at: now) { random.next() }
    }

    static func guest(_ id: GuestID) -> Actor { .guest(GuestActor(guest: id, organisation: clinic)) }
    static func member(_ id: MemberID, of team: TeamID = team, _ rank: MemberActor.Rank = .member) -> Actor {
        .member(MemberActor(member: id, organisation: clinic, teams: [team: rank]))
    }

    /// Hands a command over and goes on at once.
    @discardableResult
    func submit(
        _ command: CaseCommand, by actor: Actor, key: CommandKey? = nil, organisation: OrganisationID = clinic
    ) -> UInt64 {
        lastTag += 1
        engine.submit(
            Submission(
                ticket: Ticket(port: 0, tag: lastTag), organisation: organisation, actor: actor, key: key,
                command: command))
        return lastTag
    }

    /// Hands a command over, and goes on when it is answered.
    @discardableResult
    func ask(
        _ command: CaseCommand, by actor: Actor, key: CommandKey? = nil, organisation: OrganisationID = clinic
    ) -> Reply? {
        let tag = submit(command, by: actor, key: key, organisation: organisation)
        settle()
        return replies[tag]
    }

    /// Maria comes with a question.
    func open(
        _ key: CommandKey? = nil, guest: GuestID = maria, organisation: OrganisationID = clinic, team: TeamID = team
    ) -> CaseID {
        let opening = Opening(organisation: organisation, team: team, party: .support(guest))
        let reply = ask(.open(opening), by: Self.guest(guest), key: key, organisation: organisation)
        guard case .accepted(let receipt) = reply else { return CaseID(-1) }
        return receipt.id
    }

    @discardableResult
    func say(_ text: String, in id: CaseID, by actor: Actor = guest, key: CommandKey? = nil) -> Reply? {
        ask(.act(id, .send(Message(text: text))), by: actor, key: key)
    }

    /// Carries out everything that the engine wants now, until it wants nothing more before time goes on.
    func settle() {
        while let job = engine.nextJob() ?? afterGathering() { carryOut(job) }
        takeOutputs()
    }

    /// The engine waits a moment for others to come: nobody does.
    private func afterGathering() -> EngineJob? {
        let wait = engine.nextWake - now.monotonic
        guard wait > .zero, wait <= .milliseconds(200), !engine.isIdle else { return nil }
        pass(wait)
        return engine.nextJob()
    }

    func carryOut(_ job: EngineJob) {
        jobs.append(job)
        if case .commit(let units) = job.kind, let result = onCommit?(units) {
            engine.finish(job.id, result)
        } else {
            engine.finish(job.id, store.perform(job.kind, for: node))
        }
        takeOutputs()
    }

    /// The next commit or load; heartbeats and what else the house does by itself are carried out before it.
    func nextWork() -> EngineJob? {
        while let job = engine.nextJob() {
            switch job.kind {
            case .commit, .load: return job
            case .due, .strays, .openCases, .heartbeat, .finishErasing, .forgetKeys: carryOut(job)
            }
        }
        return nil
    }

    func takeOutputs() {
        for output in engine.takeOutputs() {
            handedOut.append(output)
            if case .reply(let ticket, let reply) = output { replies[ticket.tag] = reply }
        }
    }

    /// Both clocks go on.
    func pass(_ duration: Duration) {
        now = Moment(wall: now.wall + duration, monotonic: now.monotonic + duration)
        engine.advance(to: now)
    }

    /// Somebody sets the wall clock.
    func setClock(ahead duration: Duration) {
        now = Moment(wall: now.wall + duration, monotonic: now.monotonic)
        engine.advance(to: now)
    }

    /// Time passes in steps, and the engine does what is due at each.
    func live(_ duration: Duration, inStepsOf step: Duration = .seconds(1)) {
        let end = now.monotonic + duration
        while now.monotonic < end {
            pass(min(step, end - now.monotonic))
            settle()
        }
    }

    /// A node that slept: both clocks agree that so much time has gone by.
    func sleep(_ duration: Duration) {
        pass(duration)
        settle()
    }

    var publications: [Publication] {
        handedOut.compactMap { if case .publish(let publication) = $0 { publication } else { nil } }
    }

    func state(of id: CaseID) throws -> CaseState {
        try #require(try store.load([id]).first).get().state
    }

    func log(of id: CaseID, for side: Side = .team) throws -> [StoredEvent] {
        try store.events(of: id, for: side, after: 0, limit: 10_000).get().events
    }

    func texts(of id: CaseID, for side: Side = .team) throws -> [String] {
        try log(of: id, for: side).compactMap { stored in
            switch stored.event.fact {
            case .messageSent(let message), .noteWritten(let message): message.text
            default: nil
            }
        }
    }
}

extension CommandKey {
    /// With the fingerprint of the command that it is first used for.
    static func number(_ number: UInt64, fingerprint: UInt64 = 1) -> CommandKey {
        CommandKey(UInt128(number), fingerprint: fingerprint)
    }
}

extension Reply {
    var receipt: Receipt? { if case .accepted(let receipt) = self { receipt } else { nil } }
    var rejection: Rejection? { if case .rejected(let rejection) = self { rejection } else { nil } }
    var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }
}
