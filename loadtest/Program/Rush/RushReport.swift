import Foundation
import Histogram

/// The figures of a run, for people and as JSON.
struct RushReport: Encodable {
    struct Latency: Encodable {
        let count: UInt64
        let p50Milliseconds: Double
        let p99Milliseconds: Double
        let p999Milliseconds: Double
        let maxMilliseconds: Double

        init(_ histogram: Histogram<UInt64>) {
            func milliseconds(_ percentile: Double) -> Double {
                Double(histogram.valueAtPercentile(percentile)) / 1000
            }
            count = histogram.totalCount
            p50Milliseconds = milliseconds(50)
            p99Milliseconds = milliseconds(99)
            p999Milliseconds = milliseconds(99.9)
            maxMilliseconds = milliseconds(100)
        }

        var cells: String {
            [p50Milliseconds, p99Milliseconds, p999Milliseconds, maxMilliseconds]
                .map { String(format: "%10.2f", $0) }.joined()
        }
    }

    let guests: Int
    let members: Int
    let rate: Double
    let durationSeconds: Double
    let spacing: String
    let seed: UInt64
    let intended: Int
    let acknowledged: Int
    let delivered: Int
    let refused: Int
    let retried: Int
    let reconnected: Int
    let isDrained: Bool
    let sendToAcknowledged: Latency
    let sendToDelivered: Latency
    /// How late the generator took messages up: what it adds to the two above by itself.
    let generatorLateness: Latency
    let generatorProcessorSeconds: Double

    /// Above this the generator, not the server, may be what is measured.
    private static let suspiciousMilliseconds = 10.0

    init(
        _ plan: RushPlan, rate: Double, seconds: Double, spacing: Spacing, progress: Progress,
        latencies: Latencies, isDrained: Bool
    ) {
        guests = plan.guests
        members = plan.members
        self.rate = rate
        durationSeconds = seconds
        self.spacing = spacing.rawValue
        seed = plan.seed
        intended = progress[.intended]
        acknowledged = progress[.acknowledged]
        delivered = progress[.delivered]
        refused = progress[.refused]
        retried = progress[.retried]
        reconnected = progress[.reconnected]
        self.isDrained = isDrained
        sendToAcknowledged = Latency(latencies.toAcknowledged)
        sendToDelivered = Latency(latencies.toDelivered)
        generatorLateness = Latency(latencies.toTakenUp)
        generatorProcessorSeconds = Self.processorSeconds()
    }

    var text: String {
        var lines = [
            "\(guests) guests, \(members) members, \(Self.number(rate)) messages/s for \(Self.number(durationSeconds)) s",
            "\(intended) intended, \(acknowledged) acknowledged, \(delivered) delivered, \(refused) refused, "
                + "\(retried) asked again, \(reconnected) reconnections",
            "                              p50       p99     p99.9       max   ms",
            "send to acknowledged   \(sendToAcknowledged.cells)",
            "send to delivered      \(sendToDelivered.cells)",
            "generator's lateness   \(generatorLateness.cells)",
            "generator's processor time: \(String(format: "%.1f", generatorProcessorSeconds)) s",
        ]
        if generatorLateness.p99Milliseconds > Self.suspiciousMilliseconds {
            lines.append("! the generator itself was late: these figures may be its own, not the server's")
        }
        if !isDrained { lines.append("! not everything was acknowledged and delivered in time") }
        return lines.joined(separator: "\n") + "\n"
    }

    static func number(_ value: Double) -> String {
        value == value.rounded() ? String(format: "%.0f", value) : String(format: "%.1f", value)
    }

    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
