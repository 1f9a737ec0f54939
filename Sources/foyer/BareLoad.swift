import CaseMachine
import CaseStore
import Gateway
import Glibc

/// The reference: the rows of the same messages, prepared before the clock starts, written by a loop that does nothing
/// else.
struct BareLoad {
    /// For packing and sealing only.
    let store: SQLiteStore
    let reference: BareInsert
    let textBytes: Int

    func run(batch: Int, seconds: Double) throws -> LoadOutcome {
        var chats = (0..<batch).map { Chat(number: Int64($0 + 1), textBytes: textBytes) }
        try reference.insert(prepare(try chats.indices.map { try chats[$0].open() }))
        var outcome = LoadOutcome()
        let warm = seconds * 0.2
        var spent = 0.0
        while spent < warm + seconds {
            // A turn is prepared in one go, as long as a few thousand messages take little memory.
            let turns = max(1, 4096 / batch)
            let units = try (0..<turns).map { _ in try prepare(try chats.indices.map { try chats[$0].send() }) }
            for units in units {
                let syncs = SyncCounter.count
                let cpu = EngineClock.cpuSeconds
                let began = EngineClock.now
                try reference.insert(units)
                let taken = EngineClock.now - began
                spent += Double(taken) / 1e9
                guard spent >= warm else { continue }
                outcome.latencies.append(taken)
                outcome.messages += units.count
                outcome.commits += 1
                outcome.cpuSeconds += EngineClock.cpuSeconds - cpu
                outcome.syncs += SyncCounter.count - syncs
                outcome.seconds += Double(taken) / 1e9
            }
        }
        return outcome
    }

    private func prepare(_ units: [CommitUnit]) throws -> [SQLiteStore.Prepared] {
        try store.prepare(units).map { try $0.get() }
    }
}

/// One guest's case, as the engine would carry it on.
private struct Chat {
    private let guest: Actor
    private let opening: Opening
    private let id: CaseID
    private let text: String
    private var state: CaseState?
    private var version: Int64 = 0
    private var serial: UInt64 = 0

    init(number: Int64, textBytes: Int) {
        guest = EngineLoadActors.guest(number)
        opening = EngineLoadActors.opening(number)
        id = CaseID(number)
        text = String(repeating: "a", count: textBytes)
    }

    mutating func open() throws -> CommitUnit { try unit(.open(opening), isNew: true) }
    mutating func send() throws -> CommitUnit { try unit(.send(Message(text: text)), isNew: false) }

    private mutating func unit(_ command: Command, isNew: Bool) throws -> CommitUnit {
        let now = Timestamp(milliseconds: Int64(time(nil)) * 1000)
        let decision = decide(
            command, by: guest, on: state, under: Policy(), in: Circumstances(now: now))
        guard case .accepted(let events, let next) = decision else { throw BenchError.rejected("\(decision)") }
        var heads = state.map(Heads.init) ?? Heads(team: 0, guest: 0)
        // What a guest does is for everyone, but for what has no number.
        let numbered = events.filter { $0.fact.audience != nil }.map { event in
            heads = Heads(team: heads.team + 1, guest: heads.guest + 1)
            return NumberedEvent(numbers: Numbers(forTeam: heads.team, forGuest: heads.guest), event: event)
        }
        serial += 1
        let key = CommandKey(UInt128(EngineClock.now) << 64 | UInt128(UInt64(id.value)), fingerprint: serial)
        let unit = CommitUnit(
            changes: [
                CaseChange(
                    id: id, expectedVersion: version, publicID: isNew ? PublicID(UInt128(UInt64(id.value))) : nil,
                    events: numbered, state: next,
                    earliestDeadline: next.earliestDeadline(under: Policy())?.at)
            ],
            commands: [
                KeyedCommand(
                    key: key, author: guest.author, organisation: EngineLoadActors.clinic,
                    receipt: Receipt(id: id, heads: heads))
            ])
        state = next
        version += 1
        return unit
    }
}

enum BenchError: Error, CustomStringConvertible {
    case rejected(String)
    case memoryDisk(String)

    var description: String {
        switch self {
        case .rejected(let decision): "The machine has rejected a message of the measurement: \(decision)"
        case .memoryDisk(let path):
            "'\(path)' lies in memory, where nothing is ever made durable: name a folder on a disk with --data."
        }
    }
}

/// Who takes part in the measurement: a guest with a case for each sender.
enum EngineLoadActors {
    static let clinic = OrganisationID(1)

    static func guest(_ number: Int64) -> Actor { .guest(GuestActor(guest: GuestID(number), organisation: clinic)) }

    static let otherTeam = TeamID(2)

    static func opening(_ number: Int64, _ team: TeamID = TeamID(1)) -> Opening {
        Opening(organisation: clinic, team: team, party: .support(GuestID(number)))
    }

    /// Whoever waits, has waited too long.
    static var impatient: TeamRules {
        var policy = Policy()
        policy.revision = 2
        policy.firstResponseAlert = .zero
        return TeamRules(policy: policy)
    }
}

enum EngineClock {
    /// Nanoseconds of the monotonic clock.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Of all the process's threads.
    static var cpuSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
