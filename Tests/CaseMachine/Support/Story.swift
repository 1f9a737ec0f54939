import CaseMachine
import Testing

/// A case told step by step: who does what, and how the time goes by.
///
/// Each step is decided by the machine and, on the side, replayed from its events: both must lead to the same state.
struct Story {
    static let start = Timestamp(milliseconds: 1_700_000_000_000)

    /// An event where it stands in the log; nil for what only the case's row keeps.
    struct Entry {
        let event: CaseEvent
        let numbers: Numbers?
    }

    /// Each change is a new revision, as it would be in the store.
    var policy: Policy {
        didSet { policy.revision += 1 }
    }
    var now = Self.start
    var minuteOfWeek = 0
    var estimatedWaitMinutes: Int?
    /// What the house knows of whoever a command names.
    var addressee: Addressee? = Addressee(organisation: Cast.clinic, isPresent: true)
    private(set) var state: CaseState?
    private(set) var entries: [Entry] = []

    init(policy: Policy = Policy()) { self.policy = policy }

    var events: [CaseEvent] { entries.map(\.event) }
    /// Without the policies that were adopted on the way: these are told by tests of their own.
    var facts: [Fact] { entries.map(\.event.fact).filter { !$0.isAdoption } }
    var phase: Phase? { state?.phase }
    var phaseName: PhaseName { state?.phaseName ?? .none }
    var deadlines: [Deadline] { state?.deadlines(under: policy) ?? [] }

    /// What the guest can read.
    var guestFacts: [Fact] { entries.filter { $0.numbers?.forGuest != nil }.map(\.event.fact) }

    func deadline(_ kind: Deadline.Kind) -> Timestamp? { deadlines.first { $0.kind == kind }?.at }

    /// The newest message or note, as somebody who wants to change it names it.
    func lastMessage(isChangeable: Bool = true) throws -> Command.Target {
        let entry = entries.last { $0.event.fact.isChangeable }
        return Command.Target(
            numbers: try #require(entry?.numbers), author: try #require(entry?.event.author),
            isChangeable: isChangeable)
    }
}

extension Story {
    @discardableResult mutating func guest(_ command: Command) throws(Rejection) -> [Fact] {
        try perform(command, by: Cast.guest)
    }
    @discardableResult mutating func member(_ command: Command) throws(Rejection) -> [Fact] {
        try perform(command, by: Cast.member)
    }
    @discardableResult mutating func colleague(_ command: Command) throws(Rejection) -> [Fact] {
        try perform(command, by: Cast.colleague)
    }
    @discardableResult mutating func supervisor(_ command: Command) throws(Rejection) -> [Fact] {
        try perform(command, by: Cast.supervisor)
    }
    @discardableResult mutating func otherTeamMember(_ command: Command) throws(Rejection) -> [Fact] {
        try perform(command, by: Cast.otherTeamMember)
    }
    @discardableResult mutating func client(_ command: Command) throws(Rejection) -> [Fact] {
        try perform(command, by: Cast.client)
    }
    @discardableResult mutating func system(_ command: Command) throws(Rejection) -> [Fact] {
        try perform(command, by: .system)
    }

    @discardableResult
    mutating func perform(_ command: Command, by actor: Actor) throws(Rejection) -> [Fact] {
        switch decision(on: command, by: actor) {
        case .rejected(let rejection): throw rejection
        case .accepted(let events, let decided):
            for event in events { append(event) }
            #expect(state == decided, "the log does not lead to the state of the decision")
            return events.map(\.fact).filter { !$0.isAdoption }
        }
    }

    mutating func take(_ outcome: PairDecision.Outcome) {
        for event in outcome.events { append(event) }
        #expect(state == outcome.state, "the log does not lead to the state of the decision")
    }

    func decision(on command: Command, by actor: Actor) -> Decision {
        let circumstances = Circumstances(
            now: now, local: LocalMinute(minuteOfWeek: minuteOfWeek), estimatedWaitMinutes: estimatedWaitMinutes,
            addressee: addressee)
        return decide(command, by: actor, on: state, under: policy, in: circumstances)
    }

    /// Why the command would be rejected; nil if it would not.
    func refusal(of command: Command, by actor: Actor) -> Rejection? {
        switch decision(on: command, by: actor) {
        case .accepted: nil
        case .rejected(let rejection): rejection
        }
    }

    private mutating func append(_ event: CaseEvent) {
        let numbers = event.fact.audience.map { audience in
            state?.nextNumbers(for: audience) ?? Numbers(forTeam: 1, forGuest: 1)
        }
        state = CaseState.evolve(state, event)
        entries.append(Entry(event: event, numbers: numbers))
    }
}

extension Story {
    /// Nobody looks at the deadlines meanwhile: the house was down, or the clock jumped.
    mutating func passes(_ duration: Duration) { now = now + duration }

    /// What is due now fires, one after the other. The kinds of what fired.
    @discardableResult
    mutating func fireDeadlines() throws -> [Deadline.Kind] {
        var fired: [Deadline.Kind] = []
        while let next = state?.earliestDeadline(under: policy), next.at <= now {
            fired.append(next.kind)
            try system(.deadlineReached)
            try #require(fired.count < 1000, "deadlines that lead nowhere")
        }
        return fired
    }

    /// The time goes by, and each deadline fires at its moment.
    @discardableResult
    mutating func waits(_ duration: Duration) throws -> [Deadline.Kind] {
        let end = now + duration
        var fired: [Deadline.Kind] = []
        while let next = state?.earliestDeadline(under: policy), next.at <= end {
            now = max(now, next.at)
            fired += try fireDeadlines()
        }
        now = end
        return fired
    }
}

extension Story {
    /// A guest has come to the team and waits in its queue.
    static func waiting(_ policy: Policy = Policy()) throws -> Self {
        var story = Self(policy: policy)
        try story.guest(.open(.support()))
        return story
    }

    /// … and a member has claimed the case.
    static func active(_ policy: Policy = Policy()) throws -> Self {
        var story = try waiting(policy)
        try story.member(.claim)
        return story
    }

    /// … and has answered, and the guest has seen it.
    static func answered(_ policy: Policy = Policy()) throws -> Self {
        var story = try active(policy)
        try story.member(.say("How can we help?"))
        try story.guestSeesAll()
        return story
    }

    static func closing(_ policy: Policy = Policy()) throws -> Self {
        var story = try answered(policy)
        try story.member(.requestClose)
        return story
    }

    static func closed(_ policy: Policy = Policy()) throws -> Self {
        var story = try answered(policy)
        try story.guest(.closeChat)
        return story
    }

    static func room(_ policy: Policy = Policy()) throws -> Self {
        var story = Self(policy: policy)
        try story.member(.open(.room))
        return story
    }

    static func thread(_ policy: Policy = Policy()) throws -> Self {
        var story = Self(policy: policy)
        try story.client(.open(.thread))
        return story
    }

    mutating func guestSeesAll() throws { try guest(.markSeen(upTo: state?.guestHead ?? 0)) }
    mutating func teamSeesAll() throws { try member(.markSeen(upTo: state?.teamHead ?? 0)) }

    /// A case in each phase that there is.
    static func inPhase(_ name: PhaseName) throws -> Self {
        switch name {
        case .none: return Self()
        case .intake:
            var story = Self()
            try story.guest(.open(.support(missing: [FieldID(1)])))
            return story
        case .waiting: return try waiting()
        case .active:
            var story = try active()
            try story.member(.addParticipant(Cast.ben))
            return story
        case .snoozed:
            var story = try active()
            try story.member(.snooze(until: story.now + .hours(1)))
            return story
        case .closing: return try closing()
        case .closed: return try closed()
        case .merged:
            var rooms = try TwoRooms()
            try rooms.merge()
            return rooms.from
        case .thread: return try thread()
        case .erased:
            var story = try closed()
            try story.waits(story.policy.retention)
            return story
        }
    }
}

extension Fact {
    fileprivate var isChangeable: Bool {
        if case .messageSent = self { return true }
        if case .noteWritten = self { return true }
        return false
    }

    fileprivate var isAdoption: Bool {
        if case .policyAdopted = self { return true }
        return false
    }
}
