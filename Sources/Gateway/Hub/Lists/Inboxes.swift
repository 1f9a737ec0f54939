import CaseMachine
import CaseStore
import Feed
import Reactor
import Wire

/// The lists that sockets of this loop have in front of them: what is open in a team, what is a member's own, what is a
/// guest's. A change of a case is told to whoever has it in a list, before or after.
///
/// This file: which case stands in which list. `Inboxes+Watching`: how a list is shown first. `Inboxes+Asking`: pages that
/// are asked for once. `SummaryBoard`: what is sent of a change, and when.
final class Inboxes {
    unowned let desk: SocketDesk
    private(set) lazy var board = SummaryBoard(desk)
    private var lists: [CaseList: ListWatch] = [:]
    /// Of how many lists other nodes' news are wanted by each topic.
    private var followed: [NodeTopic: Int] = [:]
    /// Where each case stands, of the lists that are watched.
    private var places: [CaseID: Set<CaseList>] = [:]
    private var isSweeping = false
    /// Lists that this sweep has not compared yet.
    private var unswept: ArraySlice<CaseList> = []
    /// Cases that differ from the store, and have to be looked at.
    private var differing: [(CaseList, [CaseID])] = []

    init(_ desk: SocketDesk) { self.desk = desk }

    /// How many somebody has in front of them.
    var watchedLists: Int { lists.count }

    func watchers(of list: CaseList) -> [SocketSession] { lists[list]?.watchers ?? [] }

    /// Whether it is in front of this socket, in one of its lists.
    func stands(_ id: CaseID, inListsOf session: SocketSession) -> Bool {
        places[id].map { $0.contains(where: session.lists.contains) } ?? false
    }

    // MARK: Coming and going

    func join(_ session: SocketSession, _ wanted: [CaseList]) {
        session.lists = wanted
        for list in wanted {
            let watch = lists[list] ?? ListWatch()
            if lists.updateValue(watch, forKey: list) == nil { follow(list) }
            if !watch.watchers.contains(where: { $0 === session }) { watch.watchers.append(session) }
        }
    }

    func left(_ session: SocketSession) {
        for list in session.lists {
            guard let watch = lists[list] else { continue }
            watch.watchers.removeAll { $0 === session }
            guard watch.watchers.isEmpty else { continue }
            lists[list] = nil
            unfollow(list)
            for id in watch.sweep.question.ids { displace(id, from: list) }
        }
        session.lists = []
    }

    private func follow(_ list: CaseList) {
        guard let topic = NodeTopic(list) else { return }
        followed[topic, default: 0] += 1
        if followed[topic] == 1 { _ = desk.house.follow(topic, loop: desk.index) }
    }

    private func unfollow(_ list: CaseList) {
        guard let topic = NodeTopic(list), let count = followed[topic] else { return }
        followed[topic] = count > 1 ? count - 1 : nil
        if count <= 1 { desk.house.unfollow(topic, loop: desk.index) }
    }

    /// From now on its news reach this loop. What was stored between the first look at its lists and now is compared.
    func stands(_ topic: NodeTopic) {
        unswept += lists.keys.filter { NodeTopic($0) == topic }
        if !isSweeping { sweepOn() }
    }

    /// Of a list that somebody begins to watch: what it holds, as the store says.
    func found(_ cases: [ListedVersion], in list: CaseList) {
        guard let watch = lists[list] else { return }
        for found in cases where places[found.id]?.contains(list) != true {
            places[found.id, default: []].insert(list)
            watch.sweep.watch(found.id, version: found.version)
        }
    }

    private func displace(_ id: CaseID, from list: CaseList) {
        places[id]?.remove(list)
        if places[id]?.isEmpty == true { places[id] = nil }
    }

    // MARK: News

    func take(_ news: CaseNews) {
        let state = news.state
        var concerned = places[news.id] ?? []
        let before = concerned
        for list in state.candidateLists where lists[list] != nil { concerned.insert(list) }
        guard !concerned.isEmpty else { return }
        let columns = CaseColumns(state)
        var after: Set<CaseList> = []
        for list in concerned {
            guard let watch = lists[list] else { continue }
            if columns.belong(to: list) {
                after.insert(list)
                if before.contains(list) {
                    watch.sweep.published(news.id, version: news.version)
                } else {
                    watch.sweep.watch(news.id, version: news.version)
                }
            } else {
                watch.sweep.unwatch(news.id)
            }
        }
        places[news.id] = after.isEmpty ? nil : after
        board.mark(news, after, leaving: leaving(before.subtracting(after), after))
    }

    /// The sockets that had the case in some list, and have it in none now.
    private func leaving(_ lost: Set<CaseList>, _ kept: Set<CaseList>) -> [SocketSession] {
        guard !lost.isEmpty else { return [] }
        var leaving: [ObjectIdentifier: SocketSession] = [:]
        for session in lost.flatMap(watchers) where !session.lists.contains(where: kept.contains) {
            leaving[ObjectIdentifier(session)] = session
        }
        return Array(leaving.values)
    }

    /// It cannot be read any more: erased, most likely.
    private func vanished(_ id: CaseID) {
        let lost = places.removeValue(forKey: id) ?? []
        for list in lost { lists[list]?.sweep.unwatch(id) }
        guard let name = desk.names.search(id) else { return }
        for session in leaving(lost, []) { desk.send(.gone(caseID: name.text), to: session) }
    }

    func resumed(_ session: SocketSession) {
        guard !session.missed.isEmpty else { return }
        let missed = session.missed.sorted()
        session.missed.removeAll()
        for portion in missed.portions(of: desk.house.limits.listPage) { show(portion, to: session, isNews: true) }
    }

    // MARK: The sweep

    /// One read at a time, and in portions: thousands of guests have two lists each, and what they ask for must not wait
    /// behind all of these. What there was no time for goes on with the next sweep.
    func sweepOnce() {
        guard !isSweeping else { return }
        if unswept.isEmpty { unswept = Array(lists.keys)[...] }
        sweepOn()
    }

    private func sweepOn() {
        if !differing.isEmpty {
            isSweeping = lookAtDiffering()
        } else {
            isSweeping = !unswept.isEmpty && compareNext()
        }
    }

    private func compareNext() -> Bool {
        let size = desk.house.limits.sweptLists
        let questions = unswept.prefix(size).compactMap { list in lists[list].map { (list, $0.sweep.question) } }
        let isAsked = desk.ask { house in
            try? house.store.versions(inEach: questions.map(\.0)).map { versions in
                Dictionary(versions.map { ($0.id, $0.version) }) { first, _ in first }
            }
        } then: { desk, answers in
            for ((list, question), answer) in zip(questions, answers ?? []) {
                desk.inboxes.compare(list, question, answer)
            }
            desk.inboxes.sweepOn()
        }
        if isAsked { unswept = unswept.dropFirst(size) }
        return isAsked
    }

    private func compare(_ list: CaseList, _ question: SweepQuestion<CaseID>, _ answer: [CaseID: Int64]) {
        guard let watch = lists[list] else { return }
        let changed = watch.sweep.differences(question, answer).map(\.id)
        desk.figures.sweepFinds &+= changed.count
        differing += changed.portions(of: desk.house.limits.listPage).map { (list, $0) }
    }

    private func lookAtDiffering() -> Bool {
        guard let (list, ids) = differing.popLast() else { return false }
        return desk.ask { house in
            (try? house.store.load(ids)) ?? []
        } then: { desk, found in
            desk.inboxes.looked(list, ids, found)
            desk.inboxes.sweepOn()
        }
    }

    private func looked(_ list: CaseList, _ ids: [CaseID], _ found: [Result<LoadedCase, CaseTrouble>]) {
        for (id, found) in zip(ids, found) {
            switch found {
            case .success(let loaded):
                lists[list]?.sweep.looked(id, version: loaded.version)
                take(CaseNews(loaded))
            case .failure(.noSuchCase), .failure(.erased): vanished(id)
            // It stays where it was: a later release may read it.
            case .failure(.newerShape), .failure(.unreadable): break
            }
        }
    }
}

extension Array {
    func portions(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: Swift.max(1, size)).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
