import CaseMachine
import CaseStore
import Gateway
import Glibc
import Reactor
import Synchronization

/// The reference: the rows of the same messages, written by a loop that does nothing else. Another thread packs and seals
/// them, always a little ahead: a disk that could rest while they are prepared would flatter the reference.
struct BareLoad {
    /// For packing and sealing only.
    let store: SQLiteStore
    let reference: BareInsert
    let textBytes: Int

    func run(batch: Int, seconds: Double) throws -> LoadOutcome {
        let supply = try BareSupply(store, batch: batch, textBytes: textBytes)
        defer { supply.stop() }
        var outcome = LoadOutcome()
        let warm = EngineClock.now + UInt64(seconds * 0.2e9)
        let end = warm + UInt64(seconds * 1e9)
        var began: UInt64?
        while true {
            let units = try supply.next()
            let now = EngineClock.now
            if began == nil, now >= warm {
                began = now
                outcome.cpuSeconds = -EngineClock.cpuSeconds
                outcome.syncs = -SyncCounter.count
            }
            if now >= end { break }
            try reference.insert(units)
            guard began != nil else { continue }
            outcome.latencies.append(EngineClock.now - now)
            outcome.messages += units.count
            outcome.commits += 1
        }
        outcome.seconds = Double(EngineClock.now - (began ?? 0)) / 1e9
        outcome.cpuSeconds += EngineClock.cpuSeconds
        outcome.syncs += SyncCounter.count
        return outcome
    }
}

/// Prepares the reference's batches on a thread of its own.
private final class BareSupply: Sendable {
    private typealias Batch = Result<[SQLiteStore.Prepared], any Error>

    /// Messages that are prepared ahead: as many as are written in a tenth of a second.
    private static let ahead = 8192

    private let wanted: Mailbox<Bool>
    private let ready: Mailbox<Batch>
    private let thread: OwnThread
    private let waiting = Mutex<[Batch]>([])

    init(_ store: SQLiteStore, batch: Int, textBytes: Int) throws {
        let wanted = try Mailbox<Bool>(capacity: Self.ahead)
        let ready = try Mailbox<Batch>(capacity: Self.ahead)
        self.wanted = wanted
        self.ready = ready
        thread = try OwnThread("supply") {
            var chats = (0..<batch).map { Chat(number: Int64($0 + 1), textBytes: textBytes) }
            var isFirst = true
            var orders: [Bool] = []
            while true {
                wanted.wait(for: &orders)
                for isOrder in orders {
                    guard isOrder else { return }
                    let made = Result {
                        let units = try chats.indices.map { index in
                            isFirst ? try chats[index].open() : try chats[index].send()
                        }
                        return try store.prepare(units).map { try $0.get() }
                    }
                    isFirst = false
                    _ = ready.post(made, urgent: true)
                }
                orders.removeAll(keepingCapacity: true)
            }
        }
        for _ in 0..<max(2, Self.ahead / batch) { _ = wanted.post(true, urgent: true) }
    }

    func next() throws -> [SQLiteStore.Prepared] {
        _ = wanted.post(true, urgent: true)
        return try waiting.withLock { waiting in
            if waiting.isEmpty {
                var come: [Batch] = []
                while come.isEmpty { ready.wait(for: &come) }
                waiting = come.reversed()
            }
            return try waiting.popLast()?.get() ?? []
        }
    }

    func stop() {
        _ = wanted.post(false, urgent: true)
        thread.join()
    }
}

extension Mailbox {
    /// Blocks until there is mail.
    func wait(for mail: inout [Mail]) {
        var descriptor = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&descriptor, 1, -1)
        take(&mail)
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
