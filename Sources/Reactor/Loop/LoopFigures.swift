package import WebSocket

/// What a loop has seen since it began. Plain counters: the loop's own thread alone counts, which costs an echo an addition
/// or two, and hands out a copy when it is asked.
package struct LoopFigures: Sendable {
    /// Why a connection was turned away as soon as it was accepted.
    package enum Refusal: Int, CaseIterable, Sendable {
        /// Its address has too many connections.
        case address
        /// Its address has too many that have not finished their handshake.
        case handshakes
        /// The process has no descriptor left.
        case descriptors
    }

    package internal(set) var accepted = 0
    /// In the order of `Refusal.allCases`.
    private(set) var refusals = [Int](repeating: 0, count: Refusal.allCases.count)
    /// The first request was read, after TLS where there is any.
    package internal(set) var handshakesDone = 0
    /// Of those, by TLS clients that came back with a ticket.
    package internal(set) var handshakesResumed = 0
    /// The connection ended before that.
    package internal(set) var handshakesFailed = 0
    /// Listeners that were left alone for a moment, because too many handshakes were under way.
    package internal(set) var acceptPauses = 0
    /// Bytes of handshakes that had to wait for a later turn.
    package internal(set) var handshakesPostponed = 0
    package internal(set) var webSocketsOpened = 0
    /// By hundreds of their status: `[2]` are those from 200 to 299.
    package private(set) var responses = [Int](repeating: 0, count: 6)

    package internal(set) var bytesReceived = 0
    /// Handed to the kernel, or waiting for it to take them.
    package internal(set) var bytesSent = 0
    package internal(set) var messagesReceived = 0
    package internal(set) var messagesSent = 0
    /// Peers that broke the protocol or a limit.
    package internal(set) var framesRefused: [ProtocolFailure: Int] = [:]
    package internal(set) var ends = CloseCodeCounts()
    /// Peers that were not read from any more, until they had taken what waited for them.
    package internal(set) var readPauses = 0
    /// Peers that were closed because too much waited for them.
    package internal(set) var overflows = 0

    package init() {}

    package func refused(_ refusal: Refusal) -> Int { refusals[refusal.rawValue] }

    mutating func refuse(_ refusal: Refusal) { refusals[refusal.rawValue] &+= 1 }

    mutating func respond(_ status: HTTPStatus) { responses[min(Int(status.rawValue) / 100, 5)] &+= 1 }

    package mutating func add(_ other: LoopFigures) {
        accepted &+= other.accepted
        for index in refusals.indices { refusals[index] &+= other.refusals[index] }
        handshakesDone &+= other.handshakesDone
        handshakesResumed &+= other.handshakesResumed
        handshakesFailed &+= other.handshakesFailed
        acceptPauses &+= other.acceptPauses
        handshakesPostponed &+= other.handshakesPostponed
        webSocketsOpened &+= other.webSocketsOpened
        for index in responses.indices { responses[index] &+= other.responses[index] }
        bytesReceived &+= other.bytesReceived
        bytesSent &+= other.bytesSent
        messagesReceived &+= other.messagesReceived
        messagesSent &+= other.messagesSent
        framesRefused.merge(other.framesRefused) { $0 &+ $1 }
        ends.add(other.ends)
        readPauses &+= other.readPauses
        overflows &+= other.overflows
    }
}

/// How WebSockets ended, by close code. A peer may send any code: those that nobody has a meaning for are counted as one, so
/// that no peer can fill the memory with counters.
package struct CloseCodeCounts: Sendable {
    /// RFC 6455 §7.4.1, and the codes of applications that this one uses (docs/protocol.md).
    private static let standard = 1000..<1016
    private static let own = 4000..<4400

    private var counts = [Int](repeating: 0, count: standard.count + own.count)
    package private(set) var others = 0

    package subscript(code: UInt16) -> Int { Self.place(of: code).map { counts[$0] } ?? 0 }

    mutating func add(_ code: CloseCode) {
        if let place = Self.place(of: code.rawValue) { counts[place] &+= 1 } else { others &+= 1 }
    }

    mutating func add(_ other: CloseCodeCounts) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
        others &+= other.others
    }

    /// Those that have happened, in order.
    package var known: [(code: Int, count: Int)] {
        zip(Array(Self.standard) + Array(Self.own), counts).filter { $0.1 > 0 }.map { (code: $0.0, count: $0.1) }
    }

    private static func place(of code: UInt16) -> Int? {
        let code = Int(code)
        if standard.contains(code) { return code - standard.lowerBound }
        return own.contains(code) ? standard.count + code - own.lowerBound : nil
    }
}

/// How a loop is at one moment.
package struct LoopReading: Sendable {
    package var figures: LoopFigures
    /// Open now, whatever they are about.
    package var connections: Int
    /// Of those, the ones whose handshake is not finished.
    package var handshakes: Int
}

extension EventLoop {
    package var reading: LoopReading {
        LoopReading(figures: figures, connections: slab.count, handshakes: handshakesUnderWay)
    }
}
