import CaseMachine
import CaseStore
import Gateway

// When nothing has gone wrong for a while, everything must be where it belongs.
extension World {
    var isSettled: Bool { clients.allSatisfy { $0.isAway || ($0.line != nil && $0.outbox.isEmpty) } }

    func examine() {
        for client in clients where !client.isAway && !client.outbox.isEmpty {
            return complain("\(client.person.name) has never been answered: \(client.outbox[0].command.word)")
        }
        for id in oracle.order { examine(id) }
        examineOutbox()
        require((try? memory.finishErasing(limit: 0)) == 0, "what was erased is still there")
        for client in clients where client.line != nil { examine(client) }
        if let complaint = presenceComplaint() { complain(complaint) }
    }

    private func examine(_ id: CaseID) {
        guard let book = oracle.books[id], let found = try? memory.load([id]).first else { return }
        guard !book.wentWithAnother else { return }
        guard !book.state.isErased else {
            return require((try? found.get()) == nil, "case \(book.place) was erased, and can be read")
        }
        guard case .success(let found) = found else { return complain("case \(book.place) cannot be read") }
        require(
            found.version == book.version && found.state == book.state, "case \(book.place) is not as it was stored")
        for side in Side.allCases {
            let page = try? memory.events(of: id, for: side, after: 0, limit: .max).get()
            require(
                page?.events.map(\.event) == book.view(for: side, asStored: true),
                "case \(book.place): the log is not as it was stored"
            )
        }
        for (id, text) in oracle.acknowledged where oracle.books[id] === book {
            require(
                book.log.contains { $0.event.written == text },
                "\"\(text)\" was acknowledged and is not in the log of case \(book.place)")
        }
        examineDeadlines(of: book)
        examineAssignee(of: book)
    }

    private func examineDeadlines(of book: Oracle.Book) {
        guard let policy = rules[book.state.team]?.policy else { return }
        let latest = Cast.epoch + now + clockOffset - settings.lateness
        // Closed cases are not measured again when the policy changes.
        let isOpen = book.state.closedAt == nil
        let policies = isOpen ? [policy] : [policy] + (oldPolicies[book.state.team] ?? [])
        let overdue = policies.map { book.reckoning?.due(under: $0).min { $0.at < $1.at } }
        for due in overdue { if due == nil || (due?.at ?? latest) >= latest { return } }
        if let due = overdue.first, let due {
            let late = latest.since(due.at) + settings.lateness
            complain("case \(book.place): \(due.kind) was due \(late.wholeMilliseconds) ms ago and has not fired")
        }
    }

    private func examineAssignee(of book: Oracle.Book) {
        guard let assignee = book.state.assignee else { return }
        let isHere = nodes.contains { node in
            node.isAlive && node.sessions.values.contains { $0.client.person.actor.member == assignee }
        }
        let isAbsent = book.state.phase.assignment?.absentSince != nil
        require(
            isHere != isAbsent,
            "case \(book.place): nobody has said that its assignee \(isHere ? "is" : "is not") there")
    }

    private func examineOutbox() {
        guard let stored = try? memory.outbox(after: 0, limit: .max) else { return }
        let expected = oracle.outbox.filter { !oracle.isErased($0.id) }
        let found = stored.filter { !oracle.isErased($0.caseID) }
        require(
            found.map(\.item) == expected.map(\.item) && found.map(\.caseID) == expected.map(\.id),
            "the outbox is not as it was stored")
    }

    private func examine(_ client: Client) {
        let side = client.person.actor.readingSide
        for id in client.openLogs {
            guard let log = client.logs[id], let book = oracle.books[id], !book.wentWithAnother else { continue }
            guard !book.state.isErased else {
                return complain("\(client.person.name) still looks at case \(book.place), which is erased")
            }
            let view = book.view(for: side)
            guard log.events.count == view.count else {
                return complain(
                    "\(client.person.name) has \(log.events.count) of \(view.count) events of case \(book.place)")
            }
            require(log.events == view, "\(client.person.name) sees case \(book.place) otherwise than it is")
        }
        for list in client.person.lists {
            let shown = (client.listed[list] ?? [:]).filter(\.value.isIn).keys.sorted()
            let expected = oracle.order.filter { id in
                oracle.books[id].map { CaseColumns($0.state).belong(to: list) } ?? false
            }.sorted()
            require(shown == expected, "\(client.person.name)'s list shows \(shown.count) of \(expected.count) cases")
        }
    }
}

extension Oracle.Book {
    /// What the side must have on its screen, in this order.
    func view(for side: Side, asStored: Bool = false) -> [CaseEvent] {
        log.compactMap { numbered in
            guard side == .team || !Privacy.isForTeam(numbered.event.fact) else { return nil }
            var isDeleted = deleted.contains(numbered.numbers.forTeam)
            if case .messageEdited(let target, _) = numbered.event.fact {
                isDeleted = isDeleted || deleted.contains(target.forTeam)
            }
            let event = isDeleted ? numbered.event.blanked : numbered.event
            return asStored ? event : event.asSeen(by: side)
        }
    }
}
