import CaseMachine
import CaseStore
import Synchronization

/// What has become of letters at this node.
final class PostFigures: Sendable {
    struct Counts: Sendable {
        var sent = 0
        var retried = 0
        var dead = 0
        var cancelled = 0
        /// Sent after an attempt of which nobody knows what came.
        var mayHaveGoneTwice = 0
        /// Done by a node that another one had taken for dead: what came of it could not be written down.
        var overtaken = 0
        var lateness = Histogram(.lateness)
    }

    private let counts = Mutex(Counts())

    var reading: Counts { counts.withLock { $0 } }

    func count(_ outcome: LetterOutcome, of item: LeasedItem, at now: Timestamp) {
        counts.withLock { counts in
            switch outcome {
            case .sent:
                counts.sent += 1
                if item.unknowns > 0 { counts.mayHaveGoneTwice += 1 }
                counts.lateness.add(now.since(item.pending.item.due))
            case .later: counts.retried += 1
            case .dead: counts.dead += 1
            case .cancelled: counts.cancelled += 1
            }
        }
    }

    func countOvertaken() { counts.withLock { $0.overtaken += 1 } }
}

extension MetricsRegistry {
    func watch(_ post: PostFigures) {
        register {
            let counts = post.reading
            var text = MetricsText()
            text.counters(
                "foyer_letters_total", "Notices that cases have caused, by what became of an attempt.",
                [
                    (MetricLabels(MetricLabel("outcome", "sent")), counts.sent),
                    (MetricLabels(MetricLabel("outcome", "retried")), counts.retried),
                    (MetricLabels(MetricLabel("outcome", "dead")), counts.dead),
                    (MetricLabels(MetricLabel("outcome", "cancelled")), counts.cancelled),
                    (MetricLabels(MetricLabel("outcome", "overtaken")), counts.overtaken),
                ])
            text.counter(
                "foyer_letters_maybe_twice_total",
                "Of those that were sent, how many may have gone out twice: an earlier attempt had no known end.",
                counts.mayHaveGoneTwice)
            text.histogram(
                "foyer_letter_lateness_seconds", "From the moment when a notice was due until a provider had it.",
                counts.lateness)
            return text
        }
    }
}
