/// A broken promise: what, where, and who saw it.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Acknowledged, and not in the log; or in the log, and never delivered to who follows it.
        case lost
        /// Received twice, or stored twice.
        case repeated
        /// Not in the order in which its sender sent it, or received behind a later one.
        case reordered
        /// Not as it was written, not the same for everybody, or acknowledged under another number.
        case altered
        /// Of a case that its receiver may not see, of another case, for members only, or of nobody in this run.
        case foreign
        /// A number that was passed over.
        case hole
        /// The history does not show how the run ended.
        case unfinished
    }

    package let kind: Kind
    package var caseID: String?
    package var seq: Int64?
    package var client: Int?
    package var message: MessageID?
    package let detail: String

    package init(
        _ kind: Kind, caseID: String? = nil, seq: Int64? = nil, client: Int? = nil, message: MessageID? = nil,
        _ detail: String
    ) {
        self.kind = kind
        self.caseID = caseID
        self.seq = seq
        self.client = client
        self.message = message
        self.detail = detail
    }

    package var description: String {
        var place: [String] = []
        if let caseID { place.append("case \(caseID)") }
        if let seq { place.append("number \(seq)") }
        if let client { place.append("client \(client)") }
        if let message { place.append("message \(message)") }
        return kind.rawValue + ": " + (place.isEmpty ? "" : place.joined(separator: ", ") + ": ") + detail
    }
}

/// What was looked at: a check that looked at nothing has shown nothing.
package struct CheckCounts: Hashable, Sendable {
    package var clients = 0
    package var cases = 0
    package var intended = 0
    package var acknowledged = 0
    package var notes = 0
    package var received = 0
    /// Connections after the first, of all clients.
    package var reconnections = 0
    /// Those of them that were at another node than the one before.
    package var moves = 0
    /// Nodes at which somebody was.
    package var nodes = 0
    /// Subscriptions that went on behind a number.
    package var resumptions = 0
    /// Cases whose log was read anew at the end, by each side.
    package var finalLogs = 0
}

package struct CheckReport: Sendable {
    package let counts: CheckCounts
    package let violations: [Violation]

    package var checkedNothing: Bool {
        counts.acknowledged == 0 || counts.received == 0 || counts.finalLogs == 0
    }

    package var isClean: Bool { violations.isEmpty && !checkedNothing }

    /// More would only hide the first ones.
    private static let shown = 50

    package var text: String {
        var lines = [
            "checked \(counts.acknowledged) acknowledged of \(counts.intended) messages, \(counts.notes) of them notes, in "
                + "\(counts.cases) cases;",
            "  \(counts.received) events at \(counts.clients) clients, \(counts.reconnections) reconnections with "
                + "\(counts.resumptions) resumptions, \(counts.finalLogs) logs read to the end;",
            "  \(Self.plural(counts.nodes, "node")), \(counts.moves) reconnections at another one",
        ]
        lines += violations.prefix(Self.shown).map(\.description)
        if violations.count > Self.shown { lines.append("… and \(violations.count - Self.shown) more") }
        if checkedNothing {
            lines.append("FAILED: nothing was checked")
        } else {
            lines.append(violations.isEmpty ? "no violation" : "FAILED: \(Self.plural(violations.count, "violation"))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
