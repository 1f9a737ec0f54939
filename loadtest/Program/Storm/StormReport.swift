import Foundation

/// The figures of a storm, for people and as JSON.
struct StormReport: Encodable {
    struct Bystanders: Encodable {
        let sendToAcknowledged: RushReport.Latency
        let sendToDelivered: RushReport.Latency
        let generatorLateness: RushReport.Latency

        init(_ latencies: Latencies) {
            sendToAcknowledged = RushReport.Latency(latencies.toAcknowledged)
            sendToDelivered = RushReport.Latency(latencies.toDelivered)
            generatorLateness = RushReport.Latency(latencies.toTakenUp)
        }
    }

    let sockets: Int
    let bystanders: Int
    let nodes: Int
    let cut: String
    let rate: Double
    /// From nobody to everybody, at the beginning.
    let arrivalSeconds: Double
    /// From the loss until the last is back and has everything; nil when not all were in time.
    let backSeconds: Double?
    let isInPlace: Int
    /// Of each socket, from its loss.
    let back: RushReport.Latency
    let calm: Bystanders
    let storm: Bystanders

    init(
        _ plan: StormPlan, bystanders: Int, nodes: Int, arrivalSeconds: Double, backSeconds: Double?, isInPlace: Int,
        calm: Latencies, storm: Latencies
    ) {
        sockets = plan.sockets
        self.bystanders = bystanders
        self.nodes = nodes
        cut = plan.cut.rawValue
        rate = plan.rate
        self.arrivalSeconds = arrivalSeconds
        self.backSeconds = backSeconds
        self.isInPlace = isInPlace
        back = RushReport.Latency(storm.toBack)
        self.calm = Bystanders(calm)
        self.storm = Bystanders(storm)
    }

    var text: String {
        let came = String(format: "%.1f", arrivalSeconds)
        let lines = [
            "\(sockets) sockets at \(nodes > 1 ? nodes - 1 : 1) of \(nodes) nodes, all in after \(came) s",
            backSeconds.map { "all back and caught up after \(String(format: "%.1f", $0)) s" }
                ?? "NOT all back in time: \(isInPlace) of \(sockets)",
            "                              p50       p99     p99.9       max   ms",
            "a socket's absence     \(back.cells)",
            "\(bystanders) bystanders, \(RushReport.number(rate)) messages/s",
            "  calm, acknowledged   \(calm.sendToAcknowledged.cells)",
            "  calm, delivered      \(calm.sendToDelivered.cells)",
            "  storm, acknowledged  \(storm.sendToAcknowledged.cells)",
            "  storm, delivered     \(storm.sendToDelivered.cells)",
            "  generator's lateness \(storm.generatorLateness.cells)",
        ]
        return lines.joined(separator: "\n") + "\n"
    }
}
