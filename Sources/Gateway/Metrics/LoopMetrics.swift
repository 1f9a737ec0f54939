package import Reactor
import WebSocket

/// What the event loops have counted: connections, handshakes, messages.
extension MetricsRegistry {
    package func watch(_ loops: [LoopHandle]) {
        register {
            let readings = await Self.read(loops)
            guard readings.count == loops.count else { return nil }
            return Self.text(of: readings)
        }
    }

    private struct Timed: Sendable {
        let reading: LoopReading
        let took: Duration
    }

    private static func read(_ loops: [LoopHandle]) async -> [Timed] {
        await withTaskGroup(of: Timed?.self) { group in
            for loop in loops {
                group.addTask {
                    let began = ContinuousClock.now
                    let reading = await Question<LoopReading>.ask(within: answer) { question in
                        loop.run(urgent: true) { question.answer($0.reading) }
                    }
                    return reading.map { Timed(reading: $0, took: ContinuousClock.now - began) }
                }
            }
            return await group.reduce(into: []) { all, reading in if let reading { all.append(reading) } }
        }
    }

    private static func text(of readings: [Timed]) -> MetricsText {
        var figures = LoopFigures()
        for timed in readings { figures.add(timed.reading.figures) }
        var text = MetricsText()
        text.gauge(
            "foyer_loop_answer_seconds", "The longest time that one of the event loops took to answer this scrape.",
            readings.map { $0.took / .seconds(1) }.max() ?? 0)
        text.gauge(
            "foyer_connections", "Connections that are open.", readings.reduce(0) { $0 + $1.reading.connections })
        text.counter("foyer_connections_accepted_total", "Connections that were accepted.", figures.accepted)
        text.counters(
            "foyer_connections_refused_total", "Connections that were turned away as soon as they came.",
            LoopFigures.Refusal.allCases.map { (MetricLabels(MetricLabel("reason", $0.word)), figures.refused($0)) })
        text.gauge(
            "foyer_handshakes_under_way", "Connections whose TLS or first request is not complete.",
            readings.reduce(0) { $0 + $1.reading.handshakes })
        text.counters(
            "foyer_handshakes_total", "Handshakes (TLS, and the head of the first request) that are over.",
            [
                (MetricLabels(MetricLabel("outcome", "done")), figures.handshakesDone),
                (MetricLabels(MetricLabel("outcome", "failed")), figures.handshakesFailed),
            ])
        text.counter(
            "foyer_handshakes_resumed_total", "TLS handshakes of clients that came back with a session ticket.",
            figures.handshakesResumed)
        text.counter(
            "foyer_handshakes_postponed_total", "Steps of TLS handshakes that waited so that others had their turn.",
            figures.handshakesPostponed)
        text.counter(
            "foyer_accept_pauses_total", "Times that a listener was left alone: too many handshakes were under way.",
            figures.acceptPauses)
        text.counters(
            "foyer_http_responses_total", "Answers to HTTP requests, by their status.",
            (2...5).map { (MetricLabels(MetricLabel("status", classes[$0])), figures.responses[$0]) })
        text.counter(
            "foyer_websockets_opened_total", "Connections that became a WebSocket.", figures.webSocketsOpened)
        text.counters(
            "foyer_websockets_closed_total",
            "WebSockets that ended, by close code; 1006: without one; other: a code that means nothing here.",
            figures.ends.known.map { (MetricLabels(MetricLabel("code", $0.code)), $0.count) }
                + [(MetricLabels(MetricLabel("code", "other")), figures.ends.others)])
        text.counter("foyer_messages_received_total", "WebSocket messages from peers.", figures.messagesReceived)
        text.counter("foyer_messages_sent_total", "WebSocket messages to peers.", figures.messagesSent)
        text.counter("foyer_bytes_received_total", "Bytes from peers, as they came in.", figures.bytesReceived)
        text.counter(
            "foyer_bytes_sent_total", "Bytes for peers: with the kernel, or waiting for it.", figures.bytesSent)
        text.counters(
            "foyer_frames_refused_total", "Peers that broke the WebSocket protocol or a limit, by what they did.",
            FrameRefusal.allCases.map { refusal in
                let count = figures.framesRefused.reduce(0) { $1.key.refusal == refusal ? $0 + $1.value : $0 }
                return (MetricLabels(MetricLabel("reason", refusal)), count)
            })
        text.counter(
            "foyer_slow_peers_paused_total", "Times that a peer was not read from until it had read its answers.",
            figures.readPauses)
        text.counter(
            "foyer_slow_peers_closed_total", "Peers that were closed because too much waited for them.",
            figures.overflows)
        return text
    }

    private static let classes: [StaticString] = ["0xx", "1xx", "2xx", "3xx", "4xx", "5xx"]
}

extension LoopFigures.Refusal {
    fileprivate var word: StaticString {
        switch self {
        case .address: "address"
        case .handshakes: "handshakes"
        case .descriptors: "descriptors"
        }
    }
}

/// What a peer did wrong, as an operator tells it apart.
private enum FrameRefusal: String, CaseIterable {
    case `protocol`, text, compression, size, rate
}

extension ProtocolFailure {
    fileprivate var refusal: FrameRefusal {
        switch self {
        case .reservedBits, .reservedOpcode, .fragmentedControl, .controlTooLong, .notMasked, .masked,
            .lengthNotMinimal, .lengthTooLarge, .unexpectedContinuation, .expectedContinuation, .truncatedCloseCode,
            .invalidCloseCode:
            .protocol
        case .invalidCloseReason, .invalidText: .text
        case .invalidCompression: .compression
        case .messageTooBig: .size
        case .tooManyFrames: .rate
        }
    }
}
