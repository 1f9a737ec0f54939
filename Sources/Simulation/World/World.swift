import CaseMachine
import CaseStore
import Gateway
import Synchronization

/// Several nodes, the store and the broker between them, and the people who use them, in one thread on a virtual clock.
///
/// What happens is planned in the agenda; a step is one thing that happens. What could go wrong goes wrong by chance, and
/// all chance comes from one seed. `Oracle` looks on and knows nothing but what was really stored and really said.
final class World {
    let settings: SimulationSettings
    var dice: Dice
    var trace = Trace()
    var coverage = Coverage()
    private var agenda = Agenda()

    /// Since the run began, by the clock that only goes on.
    private(set) var now: Duration = .zero
    /// By how much somebody has set the wall clock.
    var clockOffset: Duration = .zero
    private(set) var steps = 0
    /// What was broken, in words; the run ends with it.
    private(set) var violation: String?
    /// Nothing goes wrong any more, and nobody begins anything.
    private(set) var isCalm = false
    private(set) var calmSince: Duration = .zero

    let memory: MemoryStore
    private let storeClock = StoreClock()
    let oracle = Oracle()
    let broker = Broker()
    let weather: Weather
    let cast: Cast
    /// As the house's settings have them: what every node learns when it starts.
    var rules: [TeamID: TeamRules] = [:]
    /// What they were before, for cases that nobody measures again.
    var oldPolicies: [TeamID: [Policy]] = [:]
    var lastHouseTag: UInt64 = 0
    var nodes: [Node] = []
    var clients: [Client] = []
    var lines: [Int: Line] = [:]
    var lastLine = 0
    var lastNode: Int64 = 0
    var lastStoredAt: Duration = .zero
    var storeAwayUntil: Duration = .zero
    var storeFullUntil: Duration = .zero
    /// Until then the broker loses everything, and nobody is told.
    var brokerStalledUntil: Duration = .zero
    var stalled: Bool { now < brokerStalledUntil && !isCalm }

    init(seed: UInt64, settings: SimulationSettings) {
        self.settings = settings
        let clock = storeClock
        memory = MemoryStore { Timestamp(milliseconds: clock.milliseconds.load(ordering: .relaxed)) }
        dice = Dice(seed: seed)
        weather = Weather(&dice)
        cast = Cast(&dice)
    }

    // MARK: Time

    func plan(in delay: Duration, _ act: @escaping Agenda.Act) { agenda.plan(at: now + delay, act) }
    func plan(at moment: Duration, _ act: @escaping Agenda.Act) { agenda.plan(at: max(moment, now), act) }

    /// As a node's clock shows it.
    func moment(at node: Node) -> Moment {
        Moment(wall: Cast.epoch + now + clockOffset + node.skew, monotonic: now + node.upSince)
    }

    /// False when nothing is left to do.
    func step() -> Bool {
        guard violation == nil, let (moment, act) = agenda.next() else { return false }
        now = moment
        storeClock.milliseconds.store((Cast.epoch + now + clockOffset).milliseconds, ordering: .relaxed)
        steps += 1
        if steps > settings.steps + settings.calmSteps { complain("the house does not come to rest") }
        act(self)
        return violation == nil
    }

    func becomeCalm() {
        isCalm = true
        calmSince = now
    }

    // MARK: What is found

    func note(_ what: String, _ numbers: Int64...) { trace.note(now, what, numbers) }

    func complain(_ what: @autoclosure () -> String) {
        guard violation == nil else { return }
        violation = what()
    }

    func require(_ isKept: Bool, _ what: @autoclosure () -> String) {
        if !isKept { complain(what()) }
    }

    /// True by chance, counted, and never once it is calm.
    func strikes(_ fault: Fault, _ times: Int) -> Bool {
        guard !isCalm, dice.perMille(times) else { return false }
        coverage.had(fault)
        return true
    }
}

/// The store asks from any thread what time it is.
private final class StoreClock: Sendable {
    let milliseconds = Atomic<Int64>(0)
}
