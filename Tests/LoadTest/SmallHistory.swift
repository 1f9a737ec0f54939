import LoadCheck

/// A history written by hand: one case of one guest (client 1), one member (client 2), and who reads it again at the end
/// (clients 11 and 12). Numbers of a member's log are the guest's until there is a note.
struct SmallHistory {
    static let guest = 1
    static let member = 2
    static let guestReader = 11
    static let memberReader = 12
    static let caseID = "case-a"

    private(set) var lines: [HistoryLine] = []

    /// Everybody is connected, and the case is open.
    init() {
        add(.run) { $0.version = HistoryLine.version }
        meet(Self.guest, .guest, "anna", [])
        meet(Self.member, .member, "dr-who", ["team-a"])
        open(Self.caseID, by: Self.guest, team: "team-a")
        subscribe(Self.guest, after: 0)
        subscribe(Self.member, after: 0)
    }

    /// The guest writes, the member answers, a note lies between: all is well, and all is read again.
    static var clean: SmallHistory {
        var history = SmallHistory()
        history.exchange()
        history.finish()
        return history
    }

    /// What `clean` consists of, for histories that go wrong somewhere else.
    mutating func exchange() {
        intend(1, 1)
        intend(2, 1, isNote: true)
        intend(2, 2)
        acknowledge(1, 1, seq: 1)
        acknowledge(2, 1, seq: 2)
        acknowledge(2, 2, seq: 3)
        for client in [Self.guest, Self.member] { receiveExchange(client) }
    }

    mutating func receiveExchange(_ client: Int) {
        let isGuest = client == Self.guest || client == Self.guestReader
        receive(client, 1, "message", from: 1, 1, shared: isGuest ? nil : 1)
        guard !isGuest else { return receive(client, 2, "message", from: 2, 2) }
        receive(client, 2, "note", from: 2, 1)
        receive(client, 3, "message", from: 2, 2, shared: 2)
    }

    mutating func finish() {
        readAnew()
        end()
    }

    /// Both sides' logs as they are after `exchange`.
    mutating func readAnew() {
        for (reader, original) in [(Self.guestReader, Self.guest), (Self.memberReader, Self.member)] {
            beginReading(reader, as: original)
            receiveExchange(reader)
            caughtUp(reader, reader == Self.guestReader ? 2 : 3)
        }
    }

    mutating func beginReading(_ reader: Int, as original: Int) {
        if original == Self.guest {
            meet(reader, .guest, "anna", [], reads: original)
        } else {
            meet(reader, .member, "dr-who", ["team-a"], reads: original)
        }
        subscribe(reader, after: 0)
    }

    mutating func end() { add(.end) { _ in } }

    // MARK: Lines

    mutating func meet(
        _ client: Int, _ role: HistoryLine.Role, _ person: String, _ teams: [String], reads: Int? = nil
    ) {
        add(.client, client) {
            $0.role = role
            $0.person = person
            $0.teams = teams
            $0.reads = reads
        }
        add(.connect, client) { $0.generation = "1" }
    }

    mutating func open(_ caseID: String, by client: Int, team: String) {
        add(.open, client) {
            $0.caseID = caseID
            $0.team = team
        }
    }

    mutating func subscribe(_ client: Int, _ caseID: String = Self.caseID, after: Int64) {
        add(.subscribe, client) {
            $0.caseID = caseID
            $0.after = after
        }
    }

    mutating func intend(_ client: Int, _ number: Int, _ caseID: String = Self.caseID, isNote: Bool = false) {
        add(.intend, client) {
            $0.caseID = caseID
            $0.number = number
            $0.isNote = isNote
        }
    }

    mutating func acknowledge(_ client: Int, _ number: Int, seq: Int64, _ caseID: String = Self.caseID) {
        add(.ack, client) {
            $0.caseID = caseID
            $0.number = number
            $0.seq = seq
        }
    }

    mutating func receive(
        _ client: Int, _ seq: Int64, _ type: String, from: Int? = nil, _ number: Int? = nil, shared: Int64? = nil,
        isIntact: Bool = true, in caseID: String = Self.caseID
    ) {
        add(.receive, client) {
            $0.caseID = caseID
            $0.seq = seq
            $0.type = type
            $0.shared = shared
            $0.from = from
            $0.number = number
            $0.isIntact = type == "message" || type == "note" ? isIntact : nil
        }
    }

    mutating func caughtUp(_ client: Int, _ seq: Int64) {
        add(.caughtUp, client) {
            $0.caseID = Self.caseID
            $0.seq = seq
        }
    }

    mutating func list(_ client: Int, _ caseID: String) { add(.list, client) { $0.caseID = caseID } }

    mutating func add(_ kind: HistoryLine.Kind, _ client: Int? = nil, _ fill: (inout HistoryLine) -> Void) {
        var line = HistoryLine(kind, at: Int64(lines.count), client: client)
        fill(&line)
        lines.append(line)
    }

    // MARK: Judged

    func report() throws -> CheckReport {
        var check = HistoryCheck()
        for line in lines { try check.add(line) }
        return check.report()
    }

    /// The kinds of what was found, each once.
    func found() throws -> Set<Violation.Kind> { Set(try report().violations.map(\.kind)) }
}
