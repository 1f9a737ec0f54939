import Synchronization
import WebSocket

/// What `/metrics` answers: each part of the house writes its own lines when it is asked, from counters that it keeps where
/// it works. Nothing is counted here.
package final class MetricsRegistry: Sendable {
    /// Writes the part's metrics; nil if it did not answer. Each name belongs to one part.
    package typealias Collector = @Sendable () async -> MetricsText?

    /// What a part may take to ask its threads: Prometheus gives up after ten seconds.
    package static let answer = Duration.seconds(2)

    private let collectors = Mutex<[Collector]>([])

    package init() {}

    package func register(_ collector: @escaping Collector) { collectors.withLock { $0.append(collector) } }

    /// In the order in which the parts have registered; those that did not answer are counted, and left out.
    package func page() async -> MetricsText {
        let collectors = collectors.withLock { $0 }
        let answers = await withTaskGroup(of: (Int, MetricsText?).self) { group in
            for (index, collector) in collectors.enumerated() { group.addTask { (index, await collector()) } }
            var answers = [MetricsText?](repeating: nil, count: collectors.count)
            for await (index, answer) in group { answers[index] = answer }
            return answers
        }
        var page = MetricsText()
        for answer in answers { if let answer { page.append(answer) } }
        page.gauge(
            "foyer_metrics_missing_parts",
            "Parts of the house that did not answer this time: their metrics are missing.",
            answers.count { $0 == nil })
        return page
    }

    package var route: Route {
        Route(.get, "/metrics") { [self] _ in
            var response = Response(.ok, body: Array(await page().text.utf8))
            response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            response.set("Cache-Control", "no-store")
            return response
        }
    }
}
