/// Holds a history against the promises: nothing that was acknowledged is lost, nothing comes twice, in another order,
/// altered or to the wrong reader, and the numbers are dense.
///
/// Three things are compared: what each client received, number by number (`StreamCheck`); each side's log of a case, as
/// all of that side saw it (`AudienceLog`); and that with what was intended and acknowledged (here).
package struct HistoryCheck {
    private var evidence = Evidence()

    package init() {}

    package mutating func add(_ line: HistoryLine) throws(HistoryError) { try evidence.add(line) }

    package func report() -> CheckReport {
        var judge = Judge(evidence)
        judge.judge()
        return CheckReport(counts: judge.counts, violations: judge.violations)
    }

    package static func report(path: String) throws(HistoryError) -> CheckReport {
        var check = HistoryCheck()
        try HistoryFile.read(path: path) { (line) throws(HistoryError) in try check.add(line) }
        return check.report()
    }
}

private struct Judge {
    private struct LogName: Hashable {
        let caseID: String
        let side: HistoryLine.Role
    }

    private let evidence: Evidence
    private var logs: [LogName: AudienceLog] = [:]
    private(set) var counts = CheckCounts()
    private(set) var violations: [Violation] = []

    init(_ evidence: Evidence) { self.evidence = evidence }

    mutating func judge() {
        if !evidence.hasEnd { violations.append(Violation(.unfinished, "the run did not come to its end")) }
        for (client, detail) in evidence.unreadable {
            violations.append(Violation(.altered, client: client, "cannot read what it was sent: \(detail)"))
        }
        judgeStreams()
        judgeLists()
        for name in logs.keys.sorted(by: { ($0.caseID, $0.side.rawValue) < ($1.caseID, $1.side.rawValue) }) {
            if let log = logs[name] { judge(log) }
        }
        for acknowledgement in evidence.acknowledgements { judge(acknowledgement) }
        count()
    }

    // MARK: What was received

    private mutating func judgeStreams() {
        let names = evidence.streams.keys.sorted { ($0.caseID, $0.client) < ($1.caseID, $1.client) }
        for name in names {
            guard let client = evidence.clients[name.client], let steps = evidence.streams[name] else {
                violations.append(
                    Violation(.foreign, caseID: name.caseID, client: name.client, "nobody knows who this client is"))
                continue
            }
            let stream = StreamCheck(name, steps)
            violations += stream.violations
            counts.received += stream.contents.count
            counts.resumptions += stream.resumptions
            if !maySee(client, name.caseID), let first = stream.contents.first {
                violations.append(
                    Violation(
                        .foreign, caseID: name.caseID, seq: first.seq, client: name.client,
                        message: first.content.message, "received, although the case is not theirs"))
            }
            if client.role == .guest { judgeSecrets(name, stream) }
            let log = LogName(caseID: name.caseID, side: client.role)
            logs[log, default: AudienceLog(caseID: name.caseID, side: client.role)]
                .add(stream, of: name.client, isFinal: client.reads != nil)
        }
    }

    /// Of what members alone may see (docs/protocol.md).
    private static let secrets: Set<String> = [
        "snoozed", "woke", "alerted", "missedResponse", "invited", "linkShared",
    ]

    private mutating func judgeSecrets(_ name: Evidence.StreamName, _ stream: StreamCheck) {
        for (seq, _, content) in stream.contents {
            let isSecret =
                switch content {
                case .note: true
                case .other(let type): Self.secrets.contains(type)
                case .message(let id): evidence.intents[id]?.isNote == true
                case .damaged, .stranger: false
                }
            guard isSecret else { continue }
            violations.append(
                Violation(
                    .foreign, caseID: name.caseID, seq: seq, client: name.client, message: content.message,
                    "a guest received \(AudienceLog.describe(content)), which is for members only"))
        }
    }

    private mutating func judgeLists() {
        for name in evidence.listed.sorted(by: { ($0.caseID, $0.client) < ($1.caseID, $1.client) }) {
            guard let client = evidence.clients[name.client], !maySee(client, name.caseID) else { continue }
            // An inbox also has cases that are none of this run's.
            guard client.role == .guest || evidence.openings[name.caseID] != nil else { continue }
            violations.append(
                Violation(.foreign, caseID: name.caseID, client: name.client, "stands in their list, and is not theirs")
            )
        }
    }

    private func maySee(_ client: Evidence.Client, _ caseID: String) -> Bool {
        guard let opening = evidence.openings[caseID] else { return false }
        return switch client.role {
        case .guest: evidence.clients[opening.client]?.person == client.person
        case .member: client.teams.contains(opening.team)
        }
    }

    // MARK: What the log says

    private mutating func judge(_ log: AudienceLog) {
        violations += log.violations + log.disorder()
        for (id, seq) in log.places.sorted(by: { $0.value < $1.value }) {
            guard let (content, client) = log.contents[seq] else { continue }
            judge(id, content, at: seq, of: log, seenBy: client)
        }
        // Who followed it to the end of the run has it all.
        guard !log.finalReaders.isEmpty else { return }
        for (client, last) in log.lastOf.sorted(by: { $0.key < $1.key }) where last < log.lastMessage {
            violations.append(
                Violation(
                    .lost, caseID: log.caseID, seq: last + 1, client: client,
                    "received nothing behind number \(last), and the log goes on to \(log.lastMessage)"))
        }
        if log.side == .member, let guests = logs[LogName(caseID: log.caseID, side: .guest)] { compare(log, guests) }
    }

    private mutating func judge(
        _ id: MessageID, _ content: Evidence.Content, at seq: Int64, of log: AudienceLog, seenBy client: Int
    ) {
        guard let intent = evidence.intents[id] else {
            violations.append(
                Violation(
                    .foreign, caseID: log.caseID, seq: seq, client: client, message: id,
                    "nobody of this run has sent this"))
            return
        }
        if intent.caseID != log.caseID {
            violations.append(
                Violation(
                    .foreign, caseID: log.caseID, seq: seq, client: client, message: id,
                    "was sent to case \(intent.caseID)"))
        }
        let wasNote = content == .note(id)
        if wasNote != intent.isNote, log.side == .member {
            violations.append(
                Violation(
                    .altered, caseID: log.caseID, seq: seq, client: client, message: id,
                    intent.isNote ? "a note has become a message" : "a message has become a note"))
        }
    }

    /// A member is told the guest's number of what both see.
    private mutating func compare(_ members: AudienceLog, _ guests: AudienceLog) {
        for seen in members.shared {
            guard let other = guests.contents[seen.number], other.content != seen.content else { continue }
            violations.append(
                Violation(
                    .altered, caseID: members.caseID, seq: seen.number, client: other.client,
                    message: other.content.message,
                    "is \(AudienceLog.describe(other.content)) for the guest, and "
                        + "\(AudienceLog.describe(seen.content)) for client \(seen.client)"))
        }
    }

    // MARK: What was acknowledged

    private mutating func judge(_ acknowledgement: Evidence.Acknowledgement) {
        let id = acknowledgement.message
        let isNote = evidence.intents[id]?.isNote == true
        let author = evidence.clients[id.client]
        var observers = 0
        for side in isNote ? [.member] : [HistoryLine.Role.guest, .member] {
            guard let log = logs[LogName(caseID: acknowledgement.caseID, side: side)] else { continue }
            let others = log.seen.keys.filter { $0 != id.client }
            let readers = log.finalReaders.isEmpty ? others.sorted() : log.finalReaders
            observers += readers.count
            for reader in readers where log.seen[reader]?.contains(id) != true {
                violations.append(
                    Violation(
                        .lost, caseID: acknowledgement.caseID, seq: acknowledgement.seq, client: reader, message: id,
                        "was acknowledged, and is not in the log"))
            }
            if side == author?.role, let place = log.places[id], place > acknowledgement.seq {
                violations.append(
                    Violation(
                        .altered, caseID: acknowledgement.caseID, seq: acknowledgement.seq, client: id.client,
                        message: id, "was acknowledged under this number, and stands under \(place)"))
            }
        }
        guard observers == 0 else { return }
        violations.append(
            Violation(
                .lost, caseID: acknowledgement.caseID, seq: acknowledgement.seq, client: id.client, message: id,
                "was acknowledged, and nobody but its sender has seen the log"))
    }

    private mutating func count() {
        counts.clients = evidence.clients.count
        counts.cases = evidence.openings.count
        counts.intended = evidence.intents.count
        counts.acknowledged = evidence.acknowledgements.count
        counts.notes = evidence.acknowledgements.count { evidence.intents[$0.message]?.isNote == true }
        counts.reconnections = evidence.connections.values.reduce(0) { $0 + $1.count - 1 }
        counts.moves = evidence.connections.values.reduce(0) { $0 + $1.moves }
        counts.nodes = evidence.nodes.count
        counts.finalLogs = logs.values.count { !$0.finalReaders.isEmpty }
    }
}
