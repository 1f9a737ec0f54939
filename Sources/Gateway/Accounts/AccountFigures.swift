import Synchronization

/// How signing in goes. Counted from any thread: a person does it, and not a thousand times a second.
final class AccountFigures: Sendable {
    enum What: String, CaseIterable, Sendable {
        /// A one-time code.
        case code
        case guest
        case member
        case ticket
    }

    private struct Counts {
        var done = [What: Int]()
        var refused = [What: Int]()
    }

    private let counts = Mutex(Counts())

    func done(_ what: What) -> Int { counts.withLock { $0.done[what] ?? 0 } }
    func refused(_ what: What) -> Int { counts.withLock { $0.refused[what] ?? 0 } }

    /// Counts whether it works, and passes on what comes of it.
    func count<Value>(_ what: What, _ work: () async throws -> Value) async throws -> Value {
        do {
            let value = try await work()
            counts.withLock { $0.done[what, default: 0] += 1 }
            return value
        } catch {
            counts.withLock { $0.refused[what, default: 0] += 1 }
            throw error
        }
    }
}

extension MetricsRegistry {
    func watch(_ accounts: AccountFigures) {
        register {
            var text = MetricsText()
            text.counters(
                "foyer_codes_total", "One-time codes that guests asked for.", Self.outcomes(of: .code, accounts))
            text.counters(
                "foyer_sign_ins_total", "People who typed their code or password, by whom they are and how it went.",
                [AccountFigures.What.guest, .member].flatMap { who in
                    [
                        (MetricLabels(MetricLabel("who", who), MetricLabel("outcome", "done")), accounts.done(who)),
                        (
                            MetricLabels(MetricLabel("who", who), MetricLabel("outcome", "refused")),
                            accounts.refused(who)
                        ),
                    ]
                })
            text.counters(
                "foyer_tickets_total", "Tickets for sockets that were asked for.", Self.outcomes(of: .ticket, accounts))
            return text
        }
    }

    private static func outcomes(
        of what: AccountFigures.What, _ accounts: AccountFigures
    ) -> [(MetricLabels, Int)] {
        [
            (MetricLabels(MetricLabel("outcome", "done")), accounts.done(what)),
            (MetricLabels(MetricLabel("outcome", "refused")), accounts.refused(what)),
        ]
    }
}
