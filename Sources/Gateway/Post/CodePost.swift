import CaseMachine
import Logging
import Notifications

/// One-time codes, and links to a password, go out at once, beside the outbox: they are worthless after minutes or hours, and
/// whoever asked looks at the screen, and can ask again. The answer does not wait for the provider; what does not get
/// through is tried again while the code or the link is good.
final class CodePost: Sendable {
    private let transports: Transports
    private let limits: PostLimits
    private let work: BlockingWork
    private let clock: @Sendable () -> Timestamp
    private let log: Logger

    init(
        _ transports: Transports, limits: PostLimits = PostLimits(), log: Logger,
        clock: @escaping @Sendable () -> Timestamp = SystemClock.wall
    ) {
        self.transports = transports
        self.limits = limits
        self.log = log
        self.clock = clock
        work = BlockingWork("codes", atOnce: limits.codeSenders, waiting: limits.codesWaiting)
    }

    /// `key` is the letter's own; `end` is when the code or link ends.
    func send(_ letter: Letter, key: String, until end: Timestamp) {
        // It keeps instead of sending, and takes no time: whoever asked finds the letter when they have the answer.
        if let outbox = transports.way(letter) as? DevelopmentOutbox {
            _ = outbox.send(letter, key: key)
            return
        }
        Task { [self] in await carry(letter, key, until: end) }
    }

    private func carry(_ letter: Letter, _ key: String, until end: Timestamp) async {
        var attempts = 0
        while clock() < end {
            let delivery = await work.run { [transports] in transports.send(letter, key: key) }
            switch delivery {
            case .taken?: return
            case .refused(let reason, permanent: true)?:
                return log.warning("a code or link was refused", metadata: ["reason": "\(reason)"])
            case .refused(let reason, permanent: false)?, .notReached(let reason)?, .uncertain(let reason)?:
                log.notice("a code or link could not be sent yet", metadata: ["reason": "\(reason)"])
            case nil: log.notice("a code or link could not be sent yet", metadata: ["reason": "too many at once"])
            }
            let longest = min(.seconds(60), limits.firstPause * (1 << min(attempts, 10)))
            attempts += 1
            guard (try? await Task.sleep(for: longest * Double.random(in: 0.25...1))) != nil else { return }
        }
        log.error("a code or link ended before it could be sent")
    }
}
