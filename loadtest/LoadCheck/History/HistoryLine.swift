/// One line of a history: something that a client wanted, did or saw. `loadtest/README.md` says which fields stand in
/// which kind of line.
///
/// One flat shape for all kinds, because its readers are also people with `grep` and `jq`; what a kind must have is asked
/// where it is used (`Evidence`).
package struct HistoryLine: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case run, client, connect, disconnect, open, claim, subscribe, caughtUp, afresh, intend, send, ack, refuse
        case receive, list, unreadable, end
    }

    package enum Role: String, Hashable, Sendable, Codable {
        case guest, member
    }

    package var kind: Kind
    /// Microseconds of the monotonic clock.
    package var at: Int64
    package var client: Int?
    package var caseID: String?
    /// A number of the case's log, as this client's side counts.
    package var seq: Int64?
    package var after: Int64?
    /// The guest's number of what a member received.
    package var shared: Int64?
    /// The message's author and its number there, where its text was intact.
    package var from: Int?
    package var number: Int?
    package var type: String?
    package var isIntact: Bool?
    package var isNote: Bool?
    package var key: String?
    package var role: Role?
    package var person: String?
    /// Of a reader at the end: whose sight it has.
    package var reads: Int?
    package var team: String?
    package var teams: [String]?
    package var generation: String?
    package var code: String?
    /// Where a client has connected: `address:port`.
    package var node: String?
    package var run: String?
    package var version: Int?

    package init(_ kind: Kind, at: Int64, client: Int? = nil) {
        self.kind = kind
        self.at = at
        self.client = client
    }

    /// The version of this shape.
    package static let version = 1

    private enum CodingKeys: String, CodingKey {
        case kind, at, client, seq, after, shared, from, number, type, key, role, person, reads, team, teams, generation
        case code, node, run, version
        case caseID = "case"
        case isIntact = "intact"
        case isNote = "note"
    }
}

extension HistoryLine {
    /// Appends the line as JSON, with its newline. By hand, because a busy run writes some ten lines a message.
    package func write(into bytes: inout [UInt8]) {
        bytes.append(contentsOf: "{\"kind\":\"".utf8)
        bytes.append(contentsOf: kind.rawValue.utf8)
        bytes.append(contentsOf: "\",\"at\":".utf8)
        bytes.append(contentsOf: String(at).utf8)
        number("client", client, &bytes)
        text("case", caseID, &bytes)
        number("seq", seq, &bytes)
        number("after", after, &bytes)
        number("shared", shared, &bytes)
        number("from", from, &bytes)
        number("number", number, &bytes)
        text("type", type, &bytes)
        flag("intact", isIntact, &bytes)
        flag("note", isNote, &bytes)
        text("key", key, &bytes)
        text("role", role?.rawValue, &bytes)
        text("person", person, &bytes)
        number("reads", reads, &bytes)
        text("team", team, &bytes)
        if let teams {
            name("teams", &bytes)
            bytes.append(UInt8(ascii: "["))
            for (index, team) in teams.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                quote(team, &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        }
        text("generation", generation, &bytes)
        text("code", code, &bytes)
        text("node", node, &bytes)
        text("run", run, &bytes)
        number("version", version, &bytes)
        bytes.append(contentsOf: "}\n".utf8)
    }

    private func name(_ name: StaticString, _ bytes: inout [UInt8]) {
        bytes.append(contentsOf: ",\"".utf8)
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: "\":".utf8)
    }

    private func number(_ field: StaticString, _ value: (some BinaryInteger)?, _ bytes: inout [UInt8]) {
        guard let value else { return }
        name(field, &bytes)
        bytes.append(contentsOf: String(value).utf8)
    }

    private func flag(_ field: StaticString, _ value: Bool?, _ bytes: inout [UInt8]) {
        guard let value else { return }
        name(field, &bytes)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    private func text(_ field: StaticString, _ value: String?, _ bytes: inout [UInt8]) {
        guard let value else { return }
        name(field, &bytes)
        quote(value, &bytes)
    }

    /// RFC 8259 §7: quotes, backslashes and control characters are escaped.
    private func quote(_ text: String, _ bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0..<0x20: bytes.append(contentsOf: "\\u00\(hexadecimal(byte, digits: 2))".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
