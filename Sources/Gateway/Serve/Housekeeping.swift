import CaseMachine
import CaseStore
import Logging

/// What has to be done every minute and by nobody in particular: what has expired is removed, and the audit trail's head
/// is signed when it is time. Once a day the traces of destroyed keys are removed. Letters that are long done are forgotten.
final class Housekeeping: Sendable {
    private static let interval = Duration.seconds(60)
    /// A day.
    private static let roundsBetweenCleanings = 24 * 60

    /// Letters forgotten in one transaction.
    private static let lettersAtOnce = 500

    private let directory: Directory
    private let log: Logger
    private let rounds: Task<Void, Never>

    init(_ directory: Directory, _ vault: Vault, _ store: any CaseStore, log: Logger) {
        self.directory = directory
        self.log = log
        // Weakly: a house that is let go of must not keep its database for a minute.
        rounds = Task { [weak directory, weak vault, weak store] in
            var round = 0
            while (try? await Task.sleep(for: Self.interval)) != nil, let directory {
                Self.tend(directory, log)
                if let store { Self.forgetLetters(of: store, log) }
                round += 1
                if round.isMultiple(of: Self.roundsBetweenCleanings), let vault { Self.clean(vault, log) }
            }
        }
    }

    deinit { rounds.cancel() }

    /// With a last signature: what was recorded until now is witnessed.
    func stop() {
        rounds.cancel()
        Self.attempt(log) { () throws(DirectoryError) in
            try directory.signAudit(at: SystemClock.now().wall, isClosing: true)
        }
    }

    private static func tend(_ directory: Directory, _ log: Logger) {
        attempt(log) { () throws(DirectoryError) in
            while try directory.tidy(at: SystemClock.now().wall) > 0 {}
            try directory.signAudit(at: SystemClock.now().wall)
        }
    }

    private static func forgetLetters(of store: any CaseStore, _ log: Logger) {
        let moment = SystemClock.now().wall - PostLimits().keptFor
        do {
            while try store.forgetLetters(finishedBefore: moment, limit: lettersAtOnce) == lettersAtOnce {}
        } catch {
            log.error("old letters could not be forgotten", metadata: ["error": "\(error)"])
        }
    }

    private static func clean(_ vault: Vault, _ log: Logger) {
        do {
            try vault.removeTraces()
        } catch {
            log.error("the traces of destroyed keys could not be removed", metadata: ["error": "\(error)"])
        }
    }

    /// What fails now is tried again in a minute.
    private static func attempt(_ log: Logger, _ work: () throws(DirectoryError) -> Void) {
        do {
            try work()
        } catch {
            log.error("the house could not be tidied", metadata: ["error": "\(error)"])
        }
    }
}
