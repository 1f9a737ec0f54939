import Broker
package import CaseMachine
package import CaseStore
package import Presence
package import Reactor
import Synchronization
import Wire

/// The live side of Foyer, as `foyer serve` has it: the case engine, presence, readers, and a desk on each loop.
///
/// Made before the loops, and stopped before them, so that its clients hear what became of their commands and when to come
/// back. The store may be closed after both.
package final class LiveHouse<Store: CaseStore>: Sendable {
    private let house: HouseServices
    private let engine: EngineService<Store>
    private let doors: DeskDoors
    /// Nil where there is one node.
    private let nodes: NodeLink?
    private let rules: Mutex<AdoptedRules>
    private let isStopped = Atomic(false)
    /// The directory is being asked what other nodes have changed.
    private let isAsking = Atomic(false)
    private let keys: Vault?
    private let waits = WaitBoard()
    private let givingBack = GivingBack()
    private let isGivingBack = Atomic(false)

    private struct AdoptedRules {
        var roster: Roster?
        /// In which minute the teams' clocks were looked at: summer time comes without a change of the roster.
        var minute: Int64 = .min
        var known: [TeamID: TeamTerms] = [:]
    }

    /// What makes the team's rules other rules.
    private struct TeamTerms: Equatable {
        let policy: Policy
        let minutesEastOfUTC: Int
        let expectedWaitMinutes: Int?
    }

    /// Alone in its house, a node has nobody to wait for.
    package static var presenceAlone: PresenceSettings {
        var settings = PresenceSettings()
        settings.digest = .seconds(1)
        settings.settling = .seconds(1)
        return settings
    }

    /// `keys` may be destroyed at other nodes; `neighbours` is nil where there are none. `bell` is rung when a commit has
    /// something that is to leave the building. `fail` is told that the store cannot be trusted any more, and is
    /// expected to end the process.
    package init(
        _ store: Store, _ directory: Directory, limits: HubLimits = HubLimits(),
        engine engineLimits: EngineLimits = EngineLimits(), keys: Vault? = nil, neighbours: Neighbours? = nil,
        bell: Bell? = nil, fail: @escaping @Sendable (StoreError) -> Void
    ) throws {
        let doors = DeskDoors()
        let readers = try WorkerPool("hub-reader", threads: limits.readers, waiting: limits.waitingReads)
        var random = SystemRandomNumberGenerator()
        let engine: EngineService<Store>
        let desk: PresenceDesk
        let id = FreshNode.stored(random.next())
        let nodes = try neighbours.map { try NodeLink(id, $0.vault) }
        do throws(ReactorError) {
            engine = try EngineService(
                store, node: id, limits: engineLimits,
                hand: { outputs in Self.hand(outputs, to: doors, nodes, bell) }, fail: fail)
        } catch {
            readers.stop()
            throw error
        }
        do throws(ReactorError) {
            desk = try PresenceDesk(
                id: Presence.NodeID(high: random.next(), low: random.next()),
                settings: neighbours?.presence ?? Self.presenceAlone
            ) { loop, news in
                doors[loop]?.tell { $0.presence.take(news) }
            } publish: { message in
                nodes?.publish(message)
            } hold: { members in
                engine.hold(members)
            }
        } catch {
            engine.stop()
            readers.stop()
            throw error
        }
        self.doors = doors
        self.engine = engine
        self.nodes = nodes
        self.keys = keys
        rules = Mutex(AdoptedRules())
        house = HouseServices(
            limits: limits, store: store, directory: directory, readers: readers, presence: desk, doors: doors,
            nodes: nodes
        ) { submissions in
            engine.submit(submissions)
        }
        adoptRules()
        do {
            if let nodes, let neighbours { try join(nodes, neighbours) }
        } catch {
            stop()
            throw error
        }
    }

    /// When a loop begins, on its thread: what is to serve its sockets.
    package func openDesk(on loop: EventLoop, _ handle: LoopHandle) -> SocketDesk {
        // One loop looks after the teams' rules for all.
        if handle.index == 0 {
            loop.every(.seconds(1)) { [self] _ in
                adoptRules()
                askOtherNodes()
                giveBack()
                measureWaits()
            }
        }
        return SocketDesk(house, on: loop, handle)
    }

    /// From any thread: the session's sockets are ended, and a ticket of its own that is being redeemed opens none.
    package func endSession(_ id: SessionID) {
        endHere(id)
        nodes?.publish(ended: id)
    }

    /// The session was ended at another node.
    private func endHere(_ id: SessionID) {
        for door in doors.all { door.tell(urgent: true) { $0.end(session: id) } }
    }

    /// From any thread, after the roster was changed: members who may do something else now lose their sockets at once,
    /// and teams get their new rules. Without it, within a second.
    package func rosterChanged() {
        adoptHere()
        nodes?.publishRosterChange()
    }

    /// From any thread, after a file's state has changed: whoever follows its case here, or at another node, is told.
    package func fileChanged(_ record: FileRecord) {
        tellOfFile(record)
        nodes?.publish(changed: record.id, in: record.caseID)
    }

    private func tellOfFile(_ record: FileRecord) {
        for door in doors.all { door.tell { $0.cases.take(record) } }
    }

    private func adoptHere() {
        adoptRules()
        for door in doors.all { door.tell(urgent: true) { $0.lookAtRoster() } }
    }

    /// How long guests of the team have waited lately, in minutes; nil while nobody can tell.
    package func expectedWait(of team: TeamID) -> Int? { waits[team] }

    /// Whether the member has a socket in this house.
    package func isHere(_ member: MemberID) -> Bool { house.presence.holds(member) }

    /// Sockets that are open. For metrics.
    package var socketCount: Int { house.socketCount }

    /// From any thread: how the engine is. Nil if it has not answered in time, or has ended.
    package func look(within limit: Duration) async -> EngineReading? { await engine.look(within: limit) }

    /// From any thread: all loops' desks together; nil if not all have answered in time.
    func readDesks(within limit: Duration) async -> DeskReading? {
        let doors = doors.all
        return await withTaskGroup(of: DeskReading?.self) { group in
            for door in doors {
                group.addTask {
                    await Question.ask(within: limit) { question in
                        door.tell(urgent: true) { question.answer($0.reading) }
                    }
                }
            }
            var all = DeskReading()
            for await reading in group {
                guard let reading else { return nil }
                all.add(reading)
            }
            return all
        }
    }

    /// Reads that wait for a thread.
    package var waitingReads: Int { house.readers.waiting }

    /// From any thread: nil if presence has not answered in time, or has ended.
    func readPresence(within limit: Duration) async -> PresenceReading? {
        await Question.ask(within: limit) { house.presence.post(.look($0)) }
    }

    /// Of the way to the other nodes; nil where there is one.
    var brokerFigures: BrokerFigures? { nodes?.figures }
    /// Letters that nobody of this house has sealed.
    var unreadableLetters: Int { nodes?.unreadableCount ?? 0 }

    /// Takes no more commands, carries out those that were taken, and answers them; tells the clients when to come back,
    /// and ends.
    package func stop() {
        guard !isStopped.exchange(true, ordering: .relaxed) else { return }
        for door in doors.all { door.tell(urgent: true) { $0.isClosing = true } }
        engine.stop()
        for door in doors.all { door.tell(urgent: true) { $0.sayGoodbye() } }
        // Says goodbye to the other nodes, and then nothing more.
        house.presence.stop()
        nodes?.stop()
        house.readers.stop()
        // The desks know the house, and nobody comes in any more.
        doors.close()
    }

    // MARK: The engine's news

    /// On the engine's thread: to each loop its answers, and to all of them what has changed.
    private static func hand(_ outputs: [EngineOutput], to doors: DeskDoors, _ nodes: NodeLink?, _ bell: Bell?) {
        var answers: [Int: [(UInt64, Reply)]] = [:]
        var news: [CaseNews] = []
        var publications: [Publication] = []
        for output in outputs {
            switch output {
            case .reply(let ticket, let reply): answers[ticket.port, default: []].append((ticket.tag, reply))
            case .publish(let publication):
                news.append(CaseNews(publication))
                publications.append(publication)
            }
        }
        let published = news
        for door in doors.all {
            let own = answers[door.handle.index] ?? []
            guard !own.isEmpty || !published.isEmpty else { continue }
            // A loop that is behind by a whole mailbox finds by its sweeps what it was not told. Its answers are bounded
            // by its questions.
            guard !door.tell({ $0.take(own, published) }), !own.isEmpty else { continue }
            door.tell(urgent: true) { $0.take(own, []) }
        }
        nodes?.publish(publications)
        if publications.contains(where: \.leavesBuilding) { bell?.ring() }
    }

    // MARK: Letters

    /// From any thread: a letter of the case stands otherwise than before. Members who look at it are told.
    package func letterChanged(in id: CaseID) {
        showLetters(of: id)
        nodes?.publish(letterOf: id)
    }

    private func showLetters(of id: CaseID) {
        // A loop that is behind shows it with the next change, or when the case is opened again.
        for door in doors.all { door.tell { $0.cases.lettersChanged(in: id) } }
    }

    // MARK: The other nodes

    /// What the broker may have lost of it: who signed out, whose permissions have changed, whose keys were destroyed.
    private func askOtherNodes() {
        guard !isAsking.exchange(true, ordering: .relaxed) else { return }
        let isTaken = house.readers.take { [self] in
            defer { isAsking.store(false, ordering: .relaxed) }
            // What fails now is asked again in a second; keys that cannot be asked about for too long are forgotten.
            if let keys { _ = try? keys.refresh() }
            guard let news = try? house.directory.refresh() else { return }
            for session in news.endedSessions { endHere(session) }
            if news.hasMissedSessions {
                for door in doors.all { door.tell(urgent: true) { $0.lookAtAllSessions() } }
            }
            if news.isRosterNew { adoptHere() }
        }
        if !isTaken { isAsking.store(false, ordering: .relaxed) }
    }

    private func join(_ nodes: NodeLink, _ neighbours: Neighbours) throws {
        let (doors, engine, presence) = (doors, engine, house.presence)
        presence.post(.broker(isWell: false))
        let receiver = NodeLink.Receiver { publication in
            engine.learn(publication)
            let news = [CaseNews(publication)]
            // A loop that is behind finds it by its sweep.
            for door in doors.all { door.tell { $0.take([], news) } }
        } presence: { message in
            presence.post(.heard(message))
        } sessionEnded: { [weak self] session in
            self?.endHere(session)
        } rosterChanged: { [weak self] in
            self?.askOtherNodes()
        } letterChanged: { [weak self] id in
            self?.showLetters(of: id)
        } fileChanged: { [weak self] file in
            guard let self else { return }
            // What fails now, pages find by asking.
            _ = house.readers.take { [self] in
                if let record = try? house.files.find(file) { tellOfFile(record) }
            }
        } standing: { loop, topics, stands in
            doors[loop]?.tell(urgent: true) { $0.stands(topics, stands) }
        } health: { isWell in
            presence.post(.broker(isWell: isWell))
        }
        try nodes.start(receiver, neighbours.makeBroker)
    }

    // MARK: What follows from changed settings

    private func giveBack() {
        guard !givingBack.isEmpty, !isGivingBack.exchange(true, ordering: .relaxed) else { return }
        let isTaken = house.readers.take { [self] in
            defer { isGivingBack.store(false, ordering: .relaxed) }
            // What fails now is asked again in a second.
            let commands = try? givingBack.commands(
                house.store, house.directory.roster, atOnce: house.limits.casesGivenBackAtOnce)
            if let commands, !commands.isEmpty { _ = house.submit(commands) }
        }
        if !isTaken { isGivingBack.store(false, ordering: .relaxed) }
    }

    /// One team a second: nobody is in a hurry.
    private func measureWaits() {
        let moment = SystemClock.connectionTime()
        let roster = house.directory.roster
        guard let id = waits.next(of: roster.teams.keys.sorted(), now: moment), let team = roster[id] else { return }
        _ = house.readers.take { [self] in
            try? waits.measure(team, house.store, now: SystemClock.now().wall, at: moment)
        }
    }

    // MARK: Teams' rules

    private func adoptRules() {
        let roster = house.directory.roster
        let now = SystemClock.now().wall
        let minute = now.milliseconds / 60_000
        let changed = rules.withLock { rules -> [(TeamID, TeamTerms)] in
            guard rules.roster !== roster || rules.minute != minute else { return [] }
            if let before = rules.roster, before !== roster { givingBack.learn(roster, after: before) }
            (rules.roster, rules.minute) = (roster, minute)
            let changed = roster.teams.values.compactMap { team -> (TeamID, TeamTerms)? in
                let terms = TeamTerms(
                    policy: team.policy, minutesEastOfUTC: team.minutesEastOfUTC(at: now),
                    expectedWaitMinutes: waits[team.id] ?? team.settings.expectedWaitMinutes)
                return rules.known[team.id] == terms ? nil : (team.id, terms)
            }
            for (team, terms) in changed { rules.known[team] = terms }
            return changed
        }
        for (team, terms) in changed {
            engine.adopt(
                TeamRules(
                    policy: terms.policy, minutesEastOfUTC: terms.minutesEastOfUTC,
                    estimatedWaitMinutes: terms.expectedWaitMinutes), for: team)
        }
    }
}

extension SocketDesk {
    /// Whether what other nodes publish of these reaches this loop.
    func stands(_ topics: [NodeTopic], _ stands: Bool) {
        for topic in topics {
            switch topic {
            case .case(let id): cases.stands(id, stands)
            case .team, .member, .guest: if stands { inboxes.stands(topic) }
            case .house: break
            }
        }
    }

    /// What a turn of the engine has brought.
    func take(_ answers: [(UInt64, Reply)], _ news: [CaseNews]) {
        names.learn(turn: news)
        for (tag, reply) in answers { commands.answered(tag, reply) }
        for news in news {
            if news.state.isErased { house.facts.forget(news.id) }
            cases.take(news)
            inboxes.take(news)
        }
    }

    /// Each client comes back at a moment of its own.
    func sayGoodbye() {
        isClosing = true
        for session in sessions.values {
            end(session.connection, .restarting, String(house.comebackMilliseconds()))
        }
    }
}
