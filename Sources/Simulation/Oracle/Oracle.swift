import CaseMachine
import CaseStore
import Gateway

/// Keeps its own books of what was stored, said and published, and finds what breaks a promise. It sees the store's side
/// of each commit, whatever the node was told of it, and asks the engine nothing.
///
/// What is wrong comes back as words.
final class Oracle {
    /// One case as it was really stored.
    final class Book {
        let place: Int64
        var version: Int64 = 0
        var log: [NumberedEvent] = []
        /// Team's numbers of events whose text was deleted.
        var deleted: Set<Int64> = []
        /// The room that had absorbed this one was erased.
        var wentWithAnother = false
        /// Of each person's messages here, the last one's number.
        var lastSent: [Author: Int] = [:]
        var state: CaseState
        /// What the events alone tell.
        var replayed: CaseState?
        var reckoning: Reckoning?
        /// The same, as if what was seen in the commit that is under way had been seen after everything else.
        var asIfUnseen: Reckoning?
        /// Their notices may come early (`Reading.longestStreak`).
        var longStreaks: Set<String> = []

        init(place: Int64, state: CaseState) {
            self.place = place
            self.state = state
        }
    }

    struct Asked {
        let node: Int64
        let key: KeyName?
        let command: CaseCommand
        let actor: Actor
        /// The key's decision was stored when the command came to the node.
        let wasStored: Bool
    }

    private struct AtNode: Hashable {
        let node: Int64
        let key: KeyName
    }

    private struct Way: Hashable {
        let node: Int64
        let port: Int
        let id: CaseID
    }

    var books: [CaseID: Book] = [:]
    private(set) var order: [CaseID] = []
    private(set) var keys: [KeyName: Receipt] = [:]
    private(set) var outbox: [(id: CaseID, item: OutboxItem)] = []
    private var asked: [Ticket: Asked] = [:]
    private var commands: [KeyName: CaseCommand] = [:]
    private var texts: Set<String> = []
    private var comings: [AtNode: [(port: Int, order: Int)]] = [:]
    private var lastComing = 0
    private var lastStored: [Way: Int] = [:]
    /// What people were told is safe.
    private(set) var acknowledged: [(id: CaseID, text: String)] = []

    /// By the order in which the cases were made: for people. 0 if the case is not known.
    func place(of id: CaseID) -> Int64 { books[id]?.place ?? 0 }
    func isErased(_ id: CaseID) -> Bool { books[id].map { $0.state.isErased || $0.wentWithAnother } ?? false }

    // MARK: What is said

    func submitted(_ ticket: Ticket, at node: Int64, key: CommandKey?, of person: Cast.Person, _ command: CaseCommand) {
        let name = key.map { KeyName(organisation: person.organisation, author: person.actor.author, value: $0.value) }
        asked[ticket] = Asked(
            node: node, key: name, command: command, actor: person.actor,
            wasStored: name.map { keys[$0] != nil } ?? false)
        guard let name else { return }
        commands[name] = command
        lastComing += 1
        comings[AtNode(node: node, key: name), default: []].append((ticket.port, lastComing))
    }

    func answered(_ ticket: Ticket, _ reply: Reply, coverage: inout Coverage) -> String? {
        guard let asked = asked[ticket] else { return "an answer to something that nobody asked" }
        switch reply {
        case .accepted(let receipt):
            coverage.accepted(asked.command.word)
            guard let key = asked.key else { return unkeyed(asked, receipt) }
            guard let stored = keys[key] else { return "\(asked.command.word) is acknowledged and not stored" }
            guard stored == receipt else { return "\(asked.command.word) is acknowledged with another answer" }
        case .rejected(let rejection):
            coverage.rejected(asked.command.word)
            if asked.wasStored {
                return "\(asked.command.word) was stored, and its repetition is rejected: \(rejection.code)"
            }
        case .refused(let refusal):
            coverage.refused(refusal.code)
            switch refusal {
            case .overloaded, .storeAway, .unknown: break
            case .keyReused: return "\(asked.command.word) is told that its key was used for another command"
            case .trouble(let trouble): return "\(asked.command.word) is told of a trouble: \(trouble)"
            }
        }
        return nil
    }

    private func unkeyed(_ asked: Asked, _ receipt: Receipt) -> String? {
        guard let id = asked.command.about, let book = books[id] else { return nil }
        let side = asked.actor.readingSide
        switch asked.command {
        // What somebody of the team sees counts only while nobody else has the case.
        case .act(_, .markSeen(let number)) where side == .guest:
            let stored = book.state[side].seenUpTo
            return stored >= number ? nil : "seen up to \(number) is acknowledged, and \(stored) is stored"
        case .act(_, .markDelivered(let number)):
            let stored = book.state[side].deliveredUpTo
            return stored >= number ? nil : "delivered up to \(number) is acknowledged, and \(stored) is stored"
        case .act, .open, .edit, .delete, .pair: return nil
        }
    }

    func clientKnows(_ outgoing: Outgoing, _ receipt: Receipt, of person: Cast.Person) {
        switch outgoing.command {
        case .act(_, .send(let message)), .act(_, .note(let message)):
            acknowledged.append((receipt.id, message.text))
        case .act, .open, .edit, .delete, .pair: break
        }
    }

    func published(_ publication: Publication) -> String? {
        guard let book = books[publication.id], publication.version <= book.version else {
            return "case \(place(of: publication.id)) is published at a version that is not stored"
        }
        for event in publication.events {
            let index = Int(event.numbers.forTeam) - 1
            guard book.log.indices.contains(index), book.log[index] == event else {
                return "case \(book.place) publishes an event that is not stored"
            }
        }
        if publication.version == book.version, publication.state != book.state {
            return "case \(book.place) publishes another state than what is stored"
        }
        return nil
    }

    // MARK: What is stored

    func stored(
        _ unit: CommitUnit, by node: Int64, under rules: [TeamID: TeamRules], coverage: inout Coverage
    ) -> String? {
        for change in unit.changes {
            if let complaint = store(change, under: rules, coverage: &coverage) {
                return "case \(place(of: change.id)): \(complaint)"
            }
        }
        for command in unit.commands {
            guard keys.updateValue(command.receipt, forKey: command.name) == nil else {
                return "one key was decided twice"
            }
            if let complaint = inOrder(command, by: node) { return complaint }
            guard let asked = commands[command.name], let text = asked.text else { continue }
            guard unit.changes.contains(where: { $0.events.contains { $0.event.written == text } }) else {
                return "\(asked.word) is stored without what it says"
            }
        }
        return nil
    }

    /// What came to a node over one socket for one case is stored in that order.
    private func inOrder(_ command: KeyedCommand, by node: Int64) -> String? {
        let came = comings[AtNode(node: node, key: command.name)] ?? []
        guard came.count == 1, let first = came.first else { return nil }
        let way = Way(node: node, port: first.port, id: command.receipt.id)
        defer { lastStored[way] = max(first.order, lastStored[way] ?? 0) }
        guard let last = lastStored[way], last > first.order else { return nil }
        return "case \(place(of: command.receipt.id)): a command was overtaken by a later one"
    }

    private func store(
        _ change: CaseChange, under rules: [TeamID: TeamRules], coverage: inout Coverage
    ) -> String? {
        let book = books[change.id] ?? newBook(change)
        guard change.expectedVersion == book.version else {
            return "version \(book.version) is there, and what is stored was decided on \(change.expectedVersion)"
        }
        let before = book.version == 0 ? nil : book.state
        // A case that is handed on in the middle of a commit goes on by the other team's rules.
        var team = before?.team ?? change.state.team
        book.version += 1
        book.state = change.state
        coverage.visited(change.state.phaseName.rawValue)
        if let before {
            book.reckoning?.adopt(change.state.adopted, after: before.adopted, at: change.state.lastEventAt)
        }
        // In which order this commit saw and spoke, no event tells.
        book.asIfUnseen = book.reckoning
        book.longStreaks = Set(
            Side.allCases.filter { change.state[$0].isLong || before?[$0].isLong == true }.map {
                "missedResponse(\($0))"
            })
        if let before {
            for side in Side.allCases {
                book.reckoning?.see(side, upTo: min(change.state[side].seenUpTo, before.head(of: side)))
            }
        }
        for (index, numbered) in change.events.enumerated() {
            let policy = (rules[team] ?? TeamRules()).policy
            if case .transferred(.team(let other)) = numbered.event.fact { team = other }
            let rest = change.events[(index + 1)...].map(\.event)
            if let complaint = append(numbered, then: rest, policy, to: book, &coverage) {
                return complaint
            }
        }
        if let complaint = expectedOutbox(change) { return complaint }
        takeRow(change.state, before, book, &coverage)
        guard let replayed = book.replayed, replayed.isTold(by: change.state) else {
            return "replaying the log does not give the stored state"
        }
        guard let before else { return nil }
        for side in Side.allCases where change.state[side].seenUpTo < before[side].seenUpTo {
            return "the \(side) side has seen less than before"
        }
        return nil
    }

    private func newBook(_ change: CaseChange) -> Book {
        order.append(change.id)
        let book = Book(place: Int64(order.count), state: change.state)
        books[change.id] = book
        return book
    }

    private func append(
        _ numbered: NumberedEvent, then rest: [CaseEvent], _ policy: Policy,
        to book: Book, _ coverage: inout Coverage
    ) -> String? {
        let event = numbered.event
        let isForGuest = !Privacy.isForTeam(event.fact)
        let guestHead = Int64(book.log.count { $0.numbers.forGuest != nil })
        let expected = Numbers(
            forTeam: Int64(book.log.count) + 1, forGuest: isForGuest ? guestHead + 1 : nil)
        guard numbered.numbers == expected else {
            return "event \(expected.forTeam) has the numbers \(numbered.numbers) instead of \(expected)"
        }
        if let last = book.log.last, event.at < last.event.at { return "time runs backwards" }
        if let text = event.written, !text.isEmpty, !texts.insert(text).inserted {
            return "\"\(text)\" is stored twice"
        }
        if case .messageSent(let message) = event.fact,
            let number = message.text.split(separator: " ").last.flatMap({ Int($0) })
        {
            guard number > book.lastSent[event.author] ?? 0 else { return "\"\(message.text)\" is stored out of order" }
            book.lastSent[event.author] = number
        }
        if let complaint = clockworks(event, then: rest, book, policy, &coverage) { return complaint }
        book.log.append(numbered)
        if case .messageDeleted(let numbers) = event.fact { book.deleted.insert(numbers.forTeam) }
        if case .erased(_, let rooms) = event.fact { for room in rooms { books[room]?.wentWithAnother = true } }
        book.replayed = CaseState.evolve(book.replayed, event)
        if book.reckoning == nil { book.reckoning = Reckoning(event) } else { book.reckoning?.apply(event) }
        book.asIfUnseen?.apply(event)
        return nil
    }

    /// A deadline fires when it is due, and only while it is.
    private func clockworks(
        _ event: CaseEvent, then rest: [CaseEvent], _ book: Book, _ policy: Policy,
        _ coverage: inout Coverage
    ) -> String? {
        guard event.author == .system, let kind = event.fact.firedDeadline, let reckoning = book.reckoning else {
            return nil
        }
        // A call that rang is missed, too, when its case moves on.
        if case .callEnded(.missed) = event.fact, rest.first?.fact.movesCaseOn == true { return nil }
        let dues = [reckoning, book.asIfUnseen ?? reckoning].flatMap { $0.due(under: policy) }.filter {
            $0.kind == kind
        }
        if book.longStreaks.contains(kind) { return nil }
        guard let due = dues.map(\.at).min() else { return "\(kind) fires, and there is no such deadline" }
        guard due <= event.at else {
            return "\(kind) fires \(due.since(event.at).wholeMilliseconds) ms early"
        }
        coverage.met(kind)
        return nil
    }

    private func takeRow(_ state: CaseState, _ before: CaseState?, _ book: Book, _ coverage: inout Coverage) {
        for side in Side.allCases {
            book.reckoning?.see(side, upTo: state[side].seenUpTo)
            if state[side].isLong || before?[side].isLong == true { book.reckoning?.trust(state[side], of: side) }
        }
        let absentSince = state.phase.assignment?.absentSince
        book.reckoning?.absentSince = absentSince
        for side in Side.allCases { book.reckoning?.goneSince[side] = state.call?[goneSince: side] }
        guard let before, before.assignee == state.assignee else { return }
        let wasAbsent = before.phase.assignment?.absentSince != nil
        if wasAbsent != (absentSince != nil) { coverage.accepted(wasAbsent ? "assigneePresent" : "assigneeAbsent") }
    }

    private func expectedOutbox(_ change: CaseChange) -> String? {
        let expected = change.events.compactMap { numbered in
            numbered.event.fact.leavesBuilding.map { ($0, numbered.numbers.forTeam) }
        }
        guard change.outbox.map(\.kind) == expected.map(\.0), change.outbox.map(\.number) == expected.map(\.1) else {
            return "the outbox gets \(change.outbox.map(\.kind)) instead of \(expected.map(\.0))"
        }
        outbox += change.outbox.map { (change.id, $0) }
        return nil
    }

    // MARK: Who lives

    private(set) var heard: [Int64: (members: Set<MemberID>, at: Timestamp)] = [:]

    func heard(_ node: Int64, members: Set<MemberID>, at moment: Timestamp) { heard[node] = (members, moment) }
}
