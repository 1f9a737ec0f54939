/// What a measurement of durable messages has seen.
struct LoadOutcome {
    /// From handing a message over until its sender has the answer, in nanoseconds; of the reference, of each commit.
    var latencies: [UInt64] = []
    var messages = 0
    var seconds = 0.0
    var commits = 0
    var syncs = 0
    var refused = 0
    /// Deadlines that were met meanwhile.
    var alerts = 0
    /// Of the whole process, senders included.
    var cpuSeconds = 0.0

    var messagesPerSecond: Double { Double(messages) / seconds }
    var messagesPerCommit: Double { Double(messages) / Double(max(1, commits)) }
    var syncsPerMessage: Double { Double(syncs) / Double(max(1, messages)) }

    /// In milliseconds; `share` of all latencies are at most this.
    func percentile(_ share: Double) -> Double {
        let sorted = latencies.sorted()
        guard !sorted.isEmpty else { return .nan }
        return Double(sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]) / 1e6
    }
}
