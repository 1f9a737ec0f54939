import CaseMachine
import CaseStore
import Synchronization

/// What the desks of all loops share. Everything here may be used from any thread.
final class HouseServices: Sendable {
    let limits: HubLimits
    let store: any CaseStore
    let directory: Directory
    let readers: WorkerPool
    let presence: PresenceDesk
    let doors: DeskDoors
    let facts: KnownFacts
    /// Nil where there is one node.
    let nodes: NodeLink?
    let pacer: Pacer
    /// Who a ticket was given to.
    let admissions: AskedTogether<String, Result<Admission, DirectoryError>>
    /// Cases that are to be followed.
    let subscriptions: AskedTogether<PublicID, Result<LoadedCase, WireFault>>
    /// What is in the lists that are to be watched; nil where the store cannot be asked.
    let watchings: AskedTogether<[CaseList], [[ListedVersion]]?>
    /// The cases of a portion of a list.
    let loads: AskedTogether<[CaseID], LoadedCases?>
    /// To the case engine; false if too much is waiting there.
    let submit: @Sendable ([Submission]) -> Bool
    /// Sockets that were let in.
    private let sockets = Atomic(0)

    init(
        limits: HubLimits, store: any CaseStore, directory: Directory, readers: WorkerPool, presence: PresenceDesk,
        doors: DeskDoors, nodes: NodeLink?, submit: @escaping @Sendable ([Submission]) -> Bool
    ) {
        self.limits = limits
        self.store = store
        self.directory = directory
        self.readers = readers
        self.presence = presence
        self.doors = doors
        self.nodes = nodes
        self.submit = submit
        facts = KnownFacts(bound: limits.knownFacts)
        pacer = Pacer(perSecond: limits.admissionsPerSecond)
        func together<Question, Answer>(
            _ most: Int, _ answer: @escaping @Sendable ([Question]) -> [Answer]
        ) -> AskedTogether<Question, Answer> {
            AskedTogether(most: most, waiting: limits.waitingReads, take: { readers.take($0) }, answer: answer)
        }
        admissions = together(limits.admissionsAtOnce) { Admission.each(tickets: $0, directory) }
        subscriptions = together(limits.readsAtOnce) { store.each(named: $0) }
        watchings = together(limits.readsAtOnce) { store.versions(forEach: $0) }
        loads = together(limits.readsAtOnce) { store.load(forEach: $0) }
    }

    var files: FileRegister { FileRegister(directory) }

    /// A loop's sockets look at this from now on. In one process nothing lies between the engine and the loop.
    func follow(_ topic: NodeTopic, loop: Int) -> Standing { nodes?.follow(topic, loop: loop) ?? .stands }
    func unfollow(_ topic: NodeTopic, loop: Int) { nodes?.unfollow(topic, loop: loop) }

    var socketCount: Int { sockets.load(ordering: .relaxed) }
    func socketCame() { sockets.add(1, ordering: .relaxed) }
    func socketWent() { sockets.subtract(1, ordering: .relaxed) }

    /// When one of the clients may come back after the house has closed: each draws a moment of its own, so that not all
    /// of them knock at once.
    func comebackMilliseconds() -> Int {
        let seconds = Double(socketCount) / Double(max(1, limits.comebackPerSecond))
        let most = min(Duration.seconds(1 + seconds), limits.longestComeback)
        return Int.random(in: 500...max(500, Int(most.wholeMilliseconds)))
    }
}
