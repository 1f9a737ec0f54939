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
    private let rules: Mutex<AdoptedRules>
    private let isStopped = Atomic(false)

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

    /// `fail` is told that the store cannot be trusted any more, and is expected to end the process.
    package init(
        _ store: Store, _ directory: Directory, limits: HubLimits = HubLimits(),
        engine engineLimits: EngineLimits = EngineLimits(), presence: PresenceSettings = presenceAlone,
        fail: @escaping @Sendable (StoreError) -> Void
    ) throws(ReactorError) {
        let doors = DeskDoors()
        let readers = try ReaderPool(threads: limits.readers, capacity: limits.waitingReads)
        var random = SystemRandomNumberGenerator()
        let engine: EngineService<Store>
        let desk: PresenceDesk
        do throws(ReactorError) {
            engine = try EngineService(
                store, node: FreshNode.stored(random.next()), limits: engineLimits,
                hand: { outputs in Self.hand(outputs, to: doors) }, fail: fail)
        } catch {
            readers.stop()
            throw error
        }
        do throws(ReactorError) {
            desk = try PresenceDesk(
                id: Presence.NodeID(high: random.next(), low: random.next()), settings: presence
            ) { loop, news in
                doors[loop]?.tell { $0.presence.take(news) }
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
        rules = Mutex(AdoptedRules())
        house = HouseServices(
            limits: limits, store: store, directory: directory, readers: readers, presence: desk, doors: doors
        ) { submissions in
            engine.submit(submissions)
        }
        adoptRules()
    }

    /// When a loop begins, on its thread: what is to serve its sockets.
    package func openDesk(on loop: EventLoop, _ handle: LoopHandle) -> SocketDesk {
        // One loop looks after the teams' rules for all.
        if handle.index == 0 { loop.every(.seconds(1)) { [self] _ in adoptRules() } }
        return SocketDesk(house, on: loop, handle)
    }

    /// From any thread: the session's sockets are ended, and a ticket of its own that is being redeemed opens none.
    package func endSession(_ id: SessionID) {
        for door in doors.all { door.tell(urgent: true) { $0.end(session: id) } }
    }

    /// From any thread, after the roster was changed: members who may do something else now lose their sockets at once,
    /// and teams get their new rules. Without it, within a second.
    package func rosterChanged() {
        adoptRules()
        for door in doors.all { door.tell(urgent: true) { $0.lookAtRoster() } }
    }

    /// Whether the member has a socket in this house.
    package func isHere(_ member: MemberID) -> Bool { house.presence.holds(member) }

    /// Sockets that are open. For metrics.
    package var socketCount: Int { house.socketCount }

    /// Takes no more commands, carries out those that were taken, and answers them; tells the clients when to come back,
    /// and ends.
    package func stop() {
        guard !isStopped.exchange(true, ordering: .relaxed) else { return }
        for door in doors.all { door.tell(urgent: true) { $0.isClosing = true } }
        engine.stop()
        for door in doors.all { door.tell(urgent: true) { $0.sayGoodbye() } }
        house.presence.stop()
        house.readers.stop()
        // The desks know the house, and nobody comes in any more.
        doors.close()
    }

    // MARK: The engine's news

    /// On the engine's thread: to each loop its answers, and to all of them what has changed.
    private static func hand(_ outputs: [EngineOutput], to doors: DeskDoors) {
        var answers: [Int: [(UInt64, Reply)]] = [:]
        var news: [CaseNews] = []
        for output in outputs {
            switch output {
            case .reply(let ticket, let reply): answers[ticket.port, default: []].append((ticket.tag, reply))
            case .publish(let publication): news.append(CaseNews(publication))
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
    }

    // MARK: Teams' rules

    private func adoptRules() {
        let roster = house.directory.roster
        let now = SystemClock.now().wall
        let minute = now.milliseconds / 60_000
        let changed = rules.withLock { rules -> [(TeamID, TeamTerms)] in
            guard rules.roster !== roster || rules.minute != minute else { return [] }
            (rules.roster, rules.minute) = (roster, minute)
            let changed = roster.teams.values.compactMap { team -> (TeamID, TeamTerms)? in
                let terms = TeamTerms(
                    policy: team.policy, minutesEastOfUTC: team.minutesEastOfUTC(at: now),
                    expectedWaitMinutes: team.settings.expectedWaitMinutes)
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
