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
