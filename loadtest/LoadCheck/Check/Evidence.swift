/// All that a history says, sorted by what it is about. Judging it is for later: lines of different clients stand in no
/// order, so that nothing can be judged before everything is read.
struct Evidence {
    struct Client {
        let role: HistoryLine.Role
        let person: String
        let teams: Set<String>
        /// Of a reader at the end: whose sight it has.
        let reads: Int?
    }

    struct Opening {
        let client: Int
        let team: String
    }

    struct Intent {
        let caseID: String
        let isNote: Bool
    }

    struct Acknowledgement {
        let message: MessageID
        let caseID: String
        let seq: Int64
    }

    /// What stands under a number, as far as two readers can be compared by it.
    enum Content: Hashable {
        case message(MessageID)
        case note(MessageID)
        /// A message or note whose text is not what anybody wrote.
        case damaged
        /// An intact text of another run.
        case stranger
        case other(String)

        var message: MessageID? {
            switch self {
            case .message(let id), .note(let id): id
            case .damaged, .stranger, .other: nil
            }
        }
    }

    /// What happened to one client's view of one case.
    enum Step {
        case subscribed(after: Int64)
        case afresh
        case received(seq: Int64, shared: Int64?, Content)
        case caughtUp(seq: Int64)
    }

    /// How often a client came in, and how often somewhere else than before.
    struct Connections {
        private(set) var count = 0
        private(set) var moves = 0
        private var node: String?

        mutating func add(_ node: String?) {
            // Older histories do not say where.
            if let before = self.node, let node, node != before { moves += 1 }
            count += 1
            self.node = node
        }
    }

    struct StreamName: Hashable {
        let client: Int
        let caseID: String
    }

    private(set) var clients: [Int: Client] = [:]
    private(set) var openings: [String: Opening] = [:]
    private(set) var intents: [MessageID: Intent] = [:]
    private(set) var acknowledgements: [Acknowledgement] = []
    private(set) var streams: [StreamName: [Step]] = [:]
    /// Cases that a client was shown in its list.
    private(set) var listed: Set<StreamName> = []
    private(set) var unreadable: [(client: Int, detail: String)] = []
    private(set) var connections: [Int: Connections] = [:]
    private(set) var nodes: Set<String> = []
    private(set) var hasEnd = false

    mutating func add(_ line: HistoryLine) throws(HistoryError) {
        switch line.kind {
        case .run:
            guard line.version == HistoryLine.version else {
                throw HistoryError("this history is of version \(line.version ?? 0), not \(HistoryLine.version)")
            }
        case .client:
            let client = try Self.need(line.client, "client", line)
            clients[client] = Client(
                role: try Self.need(line.role, "role", line), person: try Self.need(line.person, "person", line),
                teams: Set(line.teams ?? []), reads: line.reads)
        case .connect:
            connections[try Self.need(line.client, "client", line), default: Connections()].add(line.node)
            if let node = line.node { nodes.insert(node) }
        case .disconnect, .claim, .send, .refuse:
            break
        case .open:
            openings[try Self.need(line.caseID, "case", line)] = Opening(
                client: try Self.need(line.client, "client", line), team: try Self.need(line.team, "team", line))
        case .subscribe:
            streams[try Self.stream(line), default: []].append(
                .subscribed(after: try Self.need(line.after, "after", line)))
        case .caughtUp:
            streams[try Self.stream(line), default: []].append(.caughtUp(seq: try Self.need(line.seq, "seq", line)))
        case .afresh:
            streams[try Self.stream(line), default: []].append(.afresh)
        case .receive:
            let seq = try Self.need(line.seq, "seq", line)
            streams[try Self.stream(line), default: []].append(
                .received(seq: seq, shared: line.shared, try Self.content(line)))
        case .list:
            listed.insert(try Self.stream(line))
        case .intend:
            intents[try Self.message(line)] = Intent(
                caseID: try Self.need(line.caseID, "case", line), isNote: line.isNote ?? false)
        case .ack:
            acknowledgements.append(
                Acknowledgement(
                    message: try Self.message(line), caseID: try Self.need(line.caseID, "case", line),
                    seq: try Self.need(line.seq, "seq", line)))
        case .unreadable:
            unreadable.append((try Self.need(line.client, "client", line), line.code ?? ""))
        case .end:
            hasEnd = true
        }
    }

    private static func content(_ line: HistoryLine) throws(HistoryError) -> Content {
        let type = try need(line.type, "type", line)
        guard type == "message" || type == "note" else { return .other(type) }
        guard line.isIntact == true else { return .damaged }
        guard let from = line.from, let number = line.number else { return .stranger }
        let id = MessageID(client: from, number: number)
        return type == "note" ? .note(id) : .message(id)
    }

    private static func stream(_ line: HistoryLine) throws(HistoryError) -> StreamName {
        StreamName(client: try need(line.client, "client", line), caseID: try need(line.caseID, "case", line))
    }

    private static func message(_ line: HistoryLine) throws(HistoryError) -> MessageID {
        MessageID(client: try need(line.client, "client", line), number: try need(line.number, "number", line))
    }

    private static func need<Value>(
        _ value: Value?, _ field: String, _ line: HistoryLine
    ) throws(HistoryError) -> Value {
        guard let value else { throw HistoryError("a line of kind '\(line.kind.rawValue)' has no '\(field)'") }
        return value
    }
}
