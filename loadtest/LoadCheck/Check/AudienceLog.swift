/// One side's log of one case, put together from all of that side who saw it: is it one log, and is it what was sent?
struct AudienceLog {
    typealias Content = Evidence.Content

    let caseID: String
    let side: HistoryLine.Role
    private(set) var contents: [Int64: (content: Content, client: Int)] = [:]
    /// What members saw under the guest's numbers, each member's own word.
    private(set) var shared: [(number: Int64, content: Content, client: Int)] = []
    private(set) var places: [MessageID: Int64] = [:]
    /// What each client saw of it.
    private(set) var seen: [Int: Set<MessageID>] = [:]
    private(set) var lastOf: [Int: Int64] = [:]
    /// Those who read it from its beginning at the end of the run.
    private(set) var finalReaders: [Int] = []
    private(set) var violations: [Violation] = []

    init(caseID: String, side: HistoryLine.Role) {
        self.caseID = caseID
        self.side = side
    }

    mutating func add(_ stream: StreamCheck, of client: Int, isFinal: Bool) {
        if isFinal, stream.isCaughtUp { finalReaders.append(client) }
        lastOf[client] = stream.last
        var messages = seen[client] ?? []
        for (seq, number, content) in stream.contents {
            if let id = content.message { messages.insert(id) }
            add(content, at: seq, client)
            if let number, side == .member { shared.append((number, content, client)) }
        }
        seen[client] = messages
    }

    private mutating func add(_ content: Content, at seq: Int64, _ client: Int) {
        guard let known = contents[seq] else {
            contents[seq] = (content, client)
            if content == .damaged { report(.altered, seq, client, nil, "the text is not what anybody has written") }
            if content == .stranger { report(.foreign, seq, client, nil, "nobody of this run has sent this") }
            guard let id = content.message else { return }
            if let place = places[id] {
                report(.repeated, seq, client, id, "stands in the log under number \(place), too")
            } else {
                places[id] = seq
            }
            return
        }
        guard known.content != content else { return }
        report(
            .altered, seq, client, content.message,
            "is \(Self.describe(content)) here, and \(Self.describe(known.content)) for client \(known.client)")
    }

    /// The number of the newest message or note.
    var lastMessage: Int64 { places.values.max() ?? 0 }

    /// Each sender's messages stand in the order in which they were sent: the next goes out when the last is acknowledged.
    func disorder() -> [Violation] {
        var newest: [Int: Int] = [:]
        return places.sorted { $0.value < $1.value }.compactMap { id, seq in
            defer { newest[id.client] = max(newest[id.client] ?? 0, id.number) }
            guard let before = newest[id.client], before > id.number else { return nil }
            return Violation(
                .reordered, caseID: caseID, seq: seq, message: id, "stands behind \(id.client)/\(before) in the log")
        }
    }

    static func describe(_ content: Content) -> String {
        switch content {
        case .message(let id): "message \(id)"
        case .note(let id): "note \(id)"
        case .damaged: "a text that nobody has written"
        case .stranger: "a message of another run"
        case .other(let type): "'\(type)'"
        }
    }

    private mutating func report(
        _ kind: Violation.Kind, _ seq: Int64, _ client: Int, _ message: MessageID?, _ detail: String
    ) {
        violations.append(Violation(kind, caseID: caseID, seq: seq, client: client, message: message, detail))
    }
}
