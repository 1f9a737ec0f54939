import CaseMachine
import CaseStore
import Glibc
import Logging
import Notifications
import Reactor
import Synchronization

/// Works off the outbox: takes what waits under a lease, makes a letter of it, asks once more whether anybody still needs
/// it, hands it to a transport, and writes down what came of it (docs/store.md, "The outbox").
///
/// One thread looks what there is; each letter under way has one of its own, which mostly waits for a provider. A thread is
/// free before a letter is taken for it, so that no lease runs out in a queue.
final class PostOffice: Sendable {
    private struct State {
        var inHand = 0
        var isStopping = false
        /// The store did not answer the last time, and the log says so.
        var isStoreAway = false
    }

    private let store: any CaseStore
    private let writer: LetterWriter
    private let transports: Transports
    private let limits: PostLimits
    private let figures: PostFigures
    private let bell: Bell
    private let log: Logger
    /// A letter of the case stands otherwise than before.
    private let tell: @Sendable (CaseID) -> Void
    private let clock: @Sendable () -> Timestamp
    private let senders: WorkerPool
    private let state = Mutex(State())
    private let looker = Mutex<OwnThread?>(nil)

    init(
        _ store: any CaseStore, _ writer: LetterWriter, _ transports: Transports, limits: PostLimits = PostLimits(),
        figures: PostFigures, bell: Bell, log: Logger, clock: @escaping @Sendable () -> Timestamp = SystemClock.wall,
        tell: @escaping @Sendable (CaseID) -> Void
    ) throws(ReactorError) {
        self.store = store
        self.writer = writer
        self.transports = transports
        self.limits = limits
        self.figures = figures
        self.bell = bell
        self.log = log
        self.clock = clock
        self.tell = tell
        senders = try WorkerPool("post-sender", threads: limits.senders, waiting: 0)
    }

    func start() throws(ReactorError) {
        let thread = try OwnThread("post-office") { [self] in run() }
        looker.withLock { $0 = thread }
    }

    /// Takes nothing more. What is under way goes on.
    func endTaking() {
        state.withLock { $0.isStopping = true }
        bell.ring()
    }

    /// Waits for what is under way, so that its end is written down; but not for a provider that stands still: what is not
    /// known by then may have gone twice later, and is shown as such.
    func stop() {
        endTaking()
        looker.withLock { $0.take() }?.join()
        let deadline = ContinuousClock.now + limits.patience
        while state.withLock(\.inHand) > 0 {
            guard ContinuousClock.now < deadline else { return }
            usleep(10_000)
        }
        senders.stop()
    }

    // MARK: The thread that looks

    private func run() {
        while !state.withLock(\.isStopping) {
            if !takeAll() { bell.wait(atMost: limits.look) }
        }
    }

    /// Whether there may be more at once.
    private func takeAll() -> Bool {
        let free = limits.senders - state.withLock(\.inHand)
        guard free > 0 else { return false }
        let items: [LeasedItem]
        do {
            items = try store.leaseOutbox(limit: free, for: limits.lease, at: clock())
            state.withLock { $0.isStoreAway = false }
        } catch {
            let isNews = state.withLock { state in
                defer { state.isStoreAway = true }
                return !state.isStoreAway
            }
            if isNews { log.warning("the outbox cannot be read", metadata: ["error": "\(error)"]) }
            return false
        }
        for item in items {
            state.withLock { $0.inHand += 1 }
            let isTaken = senders.take { [self] in
                carry(item)
                state.withLock { $0.inHand -= 1 }
                bell.ring()
            }
            // The house is closing: its lease runs out, and another node or the next start has it.
            if !isTaken { state.withLock { $0.inHand -= 1 } }
        }
        return items.count == free
    }

    // MARK: A letter on its way

    private func carry(_ item: LeasedItem) {
        do {
            guard item.unknowns < limits.mostUnknowns else {
                return settle(
                    item, .dead(nil, reason: "went out perhaps, \(item.unknowns) times", isUnknown: false))
            }
            switch try writer.write(item, at: clock()) {
            case .cancelled(let reason): settle(item, .cancelled(reason: reason))
            case .hopeless(let reason): settle(item, .dead(nil, reason: shortened(reason), isUnknown: false))
            case .split(let members):
                _ = try store.split(item, among: members)
                tell(item.pending.caseID)
                bell.ring()
            case .letter(let letter): try send(letter, item)
            }
        } catch {
            // Nothing has gone out. If not even this can be written down, the lease runs out.
            log.warning("a letter cannot be made yet", metadata: ["item": "\(item.pending.id)", "error": "\(error)"])
            let again = clock() + limits.firstPause
            _ = try? store.finish(
                item, .later(at: again, nil, reason: "could not be made", isUnknown: false), at: clock())
        }
    }

    private func send(_ letter: Letter, _ item: LeasedItem) throws {
        // Before it is sent, so that whoever comes after a crash knows of it. Where the lease has run out, another has it.
        guard try store.beginAttempt(item, for: limits.lease) else { return figures.countOvertaken() }
        if let reason = try writer.reasonAgainst(item) { return settle(item, .cancelled(reason: reason)) }
        let delivery = transports.send(letter, key: key(of: item))
        settle(item, outcome(of: delivery, letter, item))
    }

    /// The same for every attempt, by which a provider that knows of such keys takes a repetition for what it is; another
    /// one when an administrator has it sent again. `generation` is nobody's to guess.
    private func key(of item: LeasedItem) -> String {
        "\(String(store.generation, radix: 36))-\(item.pending.id)-\(item.series)"
    }

    private func outcome(of delivery: Delivery, _ letter: Letter, _ item: LeasedItem) -> LetterOutcome {
        let channel = LetterChannel(letter.channel)
        switch delivery {
        case .taken(let reference): return .sent(channel, reference: reference)
        case .refused(let reason, permanent: true): return .dead(channel, reason: shortened(reason), isUnknown: false)
        case .refused(let reason, permanent: false), .notReached(let reason):
            return again(item, channel, shortened(reason), isUnknown: false)
        case .uncertain(let reason): return again(item, channel, shortened(reason), isUnknown: true)
        }
    }

    private func again(
        _ item: LeasedItem, _ channel: LetterChannel, _ reason: String, isUnknown: Bool
    ) -> LetterOutcome {
        let now = clock()
        let unknowns = item.unknowns + (isUnknown ? 1 : 0)
        guard unknowns < limits.mostUnknowns, now.since(item.since) < limits.giveUpAfter else {
            return .dead(channel, reason: reason, isUnknown: isUnknown)
        }
        return .later(at: now + pause(afterAttempts: item.attempts), channel, reason: reason, isUnknown: isUnknown)
    }

    private func pause(afterAttempts attempts: Int64) -> Duration {
        let longest = min(limits.longestPause, limits.firstPause * (1 << min(max(0, attempts), 20)))
        return longest * Double.random(in: 0...1)
    }

    private func shortened(_ reason: String) -> String { String(reason.prefix(limits.longestReason)) }

    // MARK: What came of it

    /// What is known must not be lost because the store is away for a moment: tried again while the lease lasts.
    private func settle(_ item: LeasedItem, _ outcome: LetterOutcome) {
        let deadline = ContinuousClock.now + limits.lease
        let now = clock()
        while true {
            do {
                guard try store.finish(item, outcome, at: now) else { return figures.countOvertaken() }
                figures.count(outcome, of: item, at: now)
                return tell(item.pending.caseID)
            } catch {
                log.error(
                    "what came of a letter cannot be written down",
                    metadata: ["item": "\(item.pending.id)", "error": "\(error)"])
                guard ContinuousClock.now < deadline, !state.withLock(\.isStopping) else { return }
                usleep(500_000)
            }
        }
    }
}

extension LetterChannel {
    init(_ channel: Letter.Channel) {
        switch channel {
        case .sms: self = .sms
        case .email: self = .email
        }
    }
}
