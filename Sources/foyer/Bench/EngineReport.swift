import Foundation

/// The figures of `foyer bench engine` as a table, with what is wanted of them.
struct EngineReport {
    private var references: [Int: [LoadOutcome]] = [:]
    private var engines: [Int: [LoadOutcome]] = [:]
    private var besideDue: [Int: [LoadOutcome]] = [:]
    private var dueCases = 0

    mutating func add(reference outcome: LoadOutcome, _ batch: Int) { references[batch, default: []].append(outcome) }
    mutating func add(engine outcome: LoadOutcome, _ senders: Int) { engines[senders, default: []].append(outcome) }

    mutating func add(beside dueCases: Int, _ outcome: LoadOutcome, _ senders: Int) {
        self.dueCases = dueCases
        besideDue[senders, default: []].append(outcome)
    }

    var text: String {
        var lines = [Self.line("", Self.columns)]
        for batch in references.keys.sorted() {
            lines.append(Self.line("bare insert, \(batch) a commit", figures(references[batch] ?? [])))
        }
        for senders in engines.keys.sorted() {
            lines.append(Self.line("engine, \(senders) senders", figures(engines[senders] ?? [])))
        }
        for senders in besideDue.keys.sorted() {
            let outcomes = besideDue[senders] ?? []
            lines.append(Self.line("  beside \(dueCases) due, \(senders)", figures(outcomes)))
            let alerts = Self.median(outcomes.map { Double($0.alerts) }) ?? 0
            lines.append("    in which \(Self.format(alerts, 0)) deadlines were met")
        }
        lines.append("")
        if let share = throughput {
            lines.append(
                "at 1,024 senders the engine reaches \(Self.format(100 * share, 0)) % of the best bare insert (goal: 75 %)"
            )
        }
        if let ratio = latency {
            lines.append(
                "p99 at 64 senders is \(Self.format(ratio, 2)) x that of a bare insert of 64 (goal: at most 1.5 x)")
        }
        let refused = engines.values.joined().reduce(0) { $0 + $1.refused }
        if refused > 0 { lines.append("\(refused) messages were refused") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Of each round, then the median: both of a round have seen the same machine.
    private var throughput: Double? {
        guard let engine = engines[1024] else { return nil }
        return Self.median(
            engine.indices.compactMap { round in
                let best = references.values.compactMap { $0.indices.contains(round) ? $0[round] : nil }
                    .map(\.messagesPerSecond).max()
                return best.map { engine[round].messagesPerSecond / $0 }
            })
    }

    private var latency: Double? {
        guard let engine = engines[64], let reference = references[64] else { return nil }
        return Self.median(zip(engine, reference).map { $0.percentile(0.99) / $1.percentile(0.99) })
    }

    private static let columns = [
        "messages/s", "a commit", "syncs/message", "p50 ms", "p99 ms", "p99.9 ms", "CPU us/message",
    ]

    private func figures(_ outcomes: [LoadOutcome]) -> [String] {
        func median(_ digits: Int, _ figure: (LoadOutcome) -> Double) -> String {
            Self.median(outcomes.map(figure)).map { Self.format($0, digits) } ?? "-"
        }
        return [
            median(0, \.messagesPerSecond), median(1, \.messagesPerCommit), median(4, \.syncsPerMessage),
            median(2) { $0.percentile(0.5) }, median(2) { $0.percentile(0.99) }, median(2) { $0.percentile(0.999) },
            median(1) { $0.cpuSeconds * 1e6 / Double(max(1, $0.messages)) },
        ]
    }

    private static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }

    private static func format(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

    private static func line(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: 26, withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(1, 15 - $0.count)) + $0 }.joined()
    }
}
