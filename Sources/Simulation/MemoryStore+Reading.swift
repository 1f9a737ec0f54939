package import CaseMachine
package import CaseStore
import Synchronization

extension MemoryStore {
    package func load(_ cases: [CaseID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] {
        contents.withLock { contents in
            cases.map { id in
                contents.readable(id).flatMap { row in
                    row.readState().map {
                        LoadedCase(id: id, publicID: row.publicID, version: row.version, state: $0)
                    }
                }
            }
        }
    }

    package func load(named names: [PublicID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] {
        try names.map { name throws(StoreError) in
            let id = contents.withLock { contents in contents.cases.first { $0.value.publicID == name }?.key }
            guard let id else { return .failure(.noSuchCase) }
            return try load([id]).first ?? .failure(.noSuchCase)
        }
    }

    package func event(
        _ number: Int64, of id: CaseID, for reader: Side
    ) throws(StoreError) -> Result<StoredEvent?, CaseTrouble> {
        contents.withLock { contents in
            contents.readable(id).flatMap { row in
                guard let event = row.events.first(where: { $0.number(for: reader) == number }) else {
                    return .success(nil)
                }
                return event.read().map(Optional.some)
            }
        }
    }

    package func events(
        of id: CaseID, for reader: Side, after number: Int64, limit: Int
    ) throws(StoreError) -> Result<EventPage, CaseTrouble> {
        contents.withLock { contents in
            contents.readable(id).flatMap { row in
                let page = row.events.lazy.filter { ($0.number(for: reader) ?? .min) > max(0, number) }.prefix(
                    max(0, limit))
                return Result { () throws(CaseTrouble) in
                    var events: [StoredEvent] = []
                    for event in page { events.append(try event.read().get()) }
                    return EventPage(events: events, head: row.heads.of(reader), state: try row.readState().get())
                }
            }
        }
    }

    package func guestNumber(of id: CaseID, atOrBefore teamNumber: Int64) throws(StoreError) -> Int64 {
        contents.withLock { contents in
            contents.cases[id]?.events.last { $0.numbers.forTeam <= teamNumber && $0.numbers.forGuest != nil }?
                .numbers.forGuest ?? 0
        }
    }

    package func list(_ list: CaseList, after id: CaseID?, limit: Int) throws(StoreError) -> [ListedCase] {
        contents.withLock { contents in
            contents.rows(after: id, limit) { !$0.isErased && $0.columns.belong(to: list) }.map { id, row in
                ListedCase(id: id, publicID: row.publicID, version: row.version, state: row.readState())
            }
        }
    }

    package func versions(of cases: [CaseID]) throws(StoreError) -> [CaseID: Int64] {
        contents.withLock { contents in
            var versions: [CaseID: Int64] = [:]
            for id in cases { versions[id] = contents.cases[id]?.version }
            return versions
        }
    }

    package func versions(
        in list: CaseList, after id: CaseID?, limit: Int
    ) throws(StoreError) -> [ListedVersion] {
        contents.withLock { contents in
            contents.rows(after: id, limit) { !$0.isErased && $0.columns.belong(to: list) }
                .map { id, row in ListedVersion(id: id, version: row.version) }
        }
    }

    package func due(at now: Timestamp, after last: DueCase?, limit: Int) throws(StoreError) -> [DueCase] {
        contents.withLock { contents in
            let last = last.map { DuePlace(at: $0.at, id: $0.id) }
            return contents.byDue.prefix(limit, after: last) { $0.at <= now }.map { DueCase(id: $0.id, at: $0.at) }
        }
    }

    package func openCases(of team: TeamID, after id: CaseID?, limit: Int) throws(StoreError) -> [CaseID] {
        contents.withLock { contents in
            contents.rows(after: id, limit) { !$0.isErased && $0.columns.belong(to: .open(team)) }.map(\.0)
        }
    }

    package func heartbeat(_ node: NodeID, members: Set<MemberID>?, at now: Timestamp) throws(StoreError) {
        contents.withLock { contents in
            let heard = now - NodeID.forgottenAfter...now + NodeID.furthestAhead
            contents.nodes = contents.nodes.filter { heard.contains($0.value.heardAt) }
            contents.nodes[node] = members.map { Node(heardAt: now, members: $0) }
        }
    }

    package func strayAssignments(
        heardSince moment: Timestamp, after id: CaseID?, limit: Int
    ) throws(StoreError) -> [StrayAssignment] {
        contents.withLock { contents in
            let present = contents.nodes.values.filter { $0.heardAt >= moment }
                .reduce(into: Set<MemberID>()) { $0.formUnion($1.members) }
            return contents.byHolding.filter { holding, _ in present.contains(holding.member) == holding.isAbsent }
                .flatMap { holding, ids in
                    ids.prefix(limit, after: id).map { StrayAssignment(id: $0, isPresent: holding.isAbsent) }
                }
                .sorted { $0.id < $1.id }.prefix(max(0, limit)).map(\.self)
        }
    }
}

extension MemoryStore.Contents {
    fileprivate func readable(_ id: CaseID) -> Result<MemoryStore.CaseRow, CaseTrouble> {
        guard let row = cases[id] else { return .failure(.noSuchCase) }
        return row.isErased ? .failure(.erased) : .success(row)
    }

    fileprivate func rows(
        after id: CaseID?, _ limit: Int, where belongs: (MemoryStore.CaseRow) -> Bool
    ) -> [(CaseID, MemoryStore.CaseRow)] {
        var found: [(CaseID, MemoryStore.CaseRow)] = []
        for place in order[(id.map(order.firstIndex(notBefore:)) ?? 0)...] where id.map({ $0 < place }) ?? true {
            guard found.count < limit else { break }
            if let row = cases[place], belongs(row) { found.append((place, row)) }
        }
        return found
    }
}

extension MemoryStore.CaseRow {
    fileprivate func readState() -> Result<CaseState, CaseTrouble> {
        Result { () throws(ShapeError) in try CaseState(packed: state) }.mapError { CaseTrouble($0, "its state") }
    }
}

extension MemoryStore.EventRow {
    fileprivate func number(for reader: Side) -> Int64? {
        switch reader {
        case .team: numbers.forTeam
        case .guest: numbers.forGuest
        }
    }

    fileprivate func read() -> Result<StoredEvent, CaseTrouble> {
        Result { () throws(ShapeError) in try CaseEvent(packed: body) }
            .mapError { CaseTrouble($0, "event \(numbers.forTeam)") }
            .map { StoredEvent(numbers: numbers, event: $0, isDeleted: isDeleted) }
    }
}
