import CaseMachine
import CaseStore
import Gateway
import Glibc
import Reactor
import Simulation
import Synchronization
import Testing

@Suite(.serialized) struct ReviewTests {
    private static func answer(_ ward: Ward, _ job: EngineJob) {
        ward.engine.finish(job.id, ward.store.perform(job.kind, for: ward.node))
    }

    // 1. News of a repetition that the commit discovers.
    @Test func `R01 a repetition at the same node tells its news again`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.say("Hello", in: id, key: .number(7))
        let before = ward.publications.count
        #expect(ward.say("Hello", in: id, key: .number(7))?.receipt != nil)
        ward.live(.seconds(3))
        #expect(ward.publications.count == before + 1)
        #expect(ward.publications.last?.events.isEmpty == true)
    }

    @Test func `R01b such cases stay in the cache for good`() throws {
        var limits = EngineLimits()
        limits.cachedCases = 10
        let ward = Ward(limits: limits)
        for number in 1...100 {
            let guest = GuestID(Int64(number))
            let id = ward.open(guest: guest)
            ward.say("Hello", in: id, by: Ward.guest(guest), key: .number(UInt64(number)))
            ward.say("Hello", in: id, by: Ward.guest(guest), key: .number(UInt64(number)))
        }
        ward.settle()
        print("R01b", ward.engine.cachedCases, ward.engine.figures, ward.jobs.suffix(6))
        #expect(ward.engine.cachedCases <= 10)
    }

    // 2. Due cases that cannot be read.
    @Test func `R02 due cases that cannot be read do not keep others from their deadlines`() throws {
        var limits = EngineLimits()
        limits.errandsInHand = 4
        let store = MemoryStore()
        let ward = Ward(store, limits: limits)
        let bad = (1...4).map { ward.open(guest: GuestID($0)) }
        ward.pass(.seconds(1))
        let good = ward.open(guest: GuestID(9))
        for id in bad { store.replaceState(of: id, by: [255, 255]) }
        // Another node, which has not cached them.
        let other = Ward(store, node: 2, limits: limits)
        other.pass(.hours(1))
        var jobs = 0
        // A minute of life in which each job takes 1 ms.
        while jobs < 60_000, let job = other.engine.nextJob() {
            other.carryOut(job)
            other.pass(.milliseconds(1))
            jobs += 1
        }
        print("R02 jobs without a pause:", jobs)
        #expect(jobs < 1000)
        #expect(try other.state(of: good).unanswered?.alerts ?? 0 > 0)
    }

    // 3. Lanes left over.
    @Test func `R03 commands that need no store do not leave others lying`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.say("Hello", in: id)
        ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam)
        ward.say("Yes?", in: id, by: Ward.annaOfTheTeam)
        ward.ask(.act(id, .markSeen(upTo: 1)), by: Ward.guest)
        ward.settle()
        ward.live(.seconds(20))
        let tags = (0..<200).map { _ in ward.submit(.act(id, .markSeen(upTo: 1)), by: Ward.guest) }
        ward.pass(.milliseconds(5))
        while let job = ward.engine.nextJob() { ward.carryOut(job) }
        ward.takeOutputs()
        let left = tags.count { ward.replies[$0] == nil }
        print("R03 unanswered:", left, "sleeps for", ward.engine.nextWake - ward.now.monotonic)
        #expect(left == 0 || ward.engine.nextWake <= ward.now.monotonic)
    }

    // 4. Policies.
    private static func policy(_ revision: Int, _ alert: Duration) -> TeamRules {
        var policy = Policy()
        policy.revision = revision
        policy.firstResponseAlert = alert
        return TeamRules(policy: policy)
    }

    @Test func `R04a a policy that changes again while cases are asked for reaches all of them`() throws {
        var limits = EngineLimits()
        limits.errandsInHand = 4
        let ward = Ward(limits: limits)
        let cases = (1...10).map { number in
            ward.pass(.milliseconds(5))
            return ward.open(guest: GuestID(Int64(number)))
        }
        ward.settle()
        ward.engine.adopt(Self.policy(2, .minutes(4)), for: Ward.team)
        var changed = false
        for _ in 0..<100 {
            guard let job = ward.engine.nextJob() else { break }
            if case .openCases(_, let after, _) = job.kind, after != nil, !changed {
                changed = true
                ward.engine.adopt(Self.policy(3, .seconds(30)), for: Ward.team)
            }
            ward.carryOut(job)
            ward.pass(.milliseconds(2))
        }
        #expect(changed)
        ward.live(.seconds(60))
        let alerts = try cases.map { try ward.state(of: $0).unanswered?.alerts ?? 0 }
        print("R04a", alerts)
        #expect(alerts.allSatisfy { $0 == 1 })
    }

    @Test func `R04b another team's change is not taken for this one's`() throws {
        var limits = EngineLimits()
        limits.errandsInHand = 4
        let ward = Ward(limits: limits)
        let ours = (1...6).map { ward.open(guest: GuestID($0)) }
        let theirs = (11...13).map { ward.open(guest: GuestID($0), team: TeamID(2)) }
        ward.settle()
        ward.engine.adopt(Self.policy(2, .minutes(4)), for: Ward.team)
        ward.engine.adopt(Self.policy(2, .seconds(30)), for: TeamID(2))
        let job = try #require(ward.engine.nextJob())
        var current = job
        for _ in 0..<20 {
            if case .openCases = current.kind { break }
            ward.carryOut(current)
            ward.pass(.milliseconds(2))
            current = try #require(ward.engine.nextJob())
        }
        ward.engine.adopt(Self.policy(3, .seconds(30)), for: Ward.team)
        ward.carryOut(current)
        ward.live(.seconds(60))
        let alerts = try (ours + theirs).map { try ward.state(of: $0).unanswered?.alerts ?? 0 }
        print("R04b", alerts)
        #expect(alerts.allSatisfy { $0 == 1 })
    }

    @Test func `R04c a policy's change survives a store that is away for a moment`() throws {
        var limits = EngineLimits()
        limits.errandsInHand = 4
        let ward = Ward(limits: limits)
        let cases = (1...10).map { ward.open(guest: GuestID($0)) }
        ward.settle()
        var failures = 1
        ward.onCommit = { _ in
            guard failures > 0 else { return nil }
            failures -= 1
            return .committed(.failure(.unavailable("failing over")))
        }
        ward.engine.adopt(Self.policy(2, .seconds(30)), for: Ward.team)
        ward.live(.seconds(60))
        let alerts = try cases.map { try ward.state(of: $0).unanswered?.alerts ?? 0 }
        print("R04c", alerts)
        #expect(alerts.allSatisfy { $0 == 1 })
    }

    @Test func `R04d a case that is being made when the policy changes is measured by it`() throws {
        let ward = Ward()
        ward.live(.seconds(2))
        let opening = Opening(organisation: Ward.clinic, team: Ward.team, party: .support(Ward.maria))
        let tag = ward.submit(.open(opening), by: Ward.guest)
        let commit = try #require(ward.engine.nextJob())
        ward.engine.adopt(Self.policy(2, .seconds(30)), for: Ward.team)
        // The reader is quicker than the writer.
        while let job = ward.engine.nextJob() { ward.carryOut(job) }
        ward.carryOut(commit)
        let id = try #require(ward.replies[tag]?.receipt?.id)
        ward.live(.seconds(60))
        #expect(try ward.state(of: id).unanswered?.alerts == 1)
    }

    @Test func `R16 a repetition of something unknown is not told that nothing was saved`() throws {
        let ward = Ward()
        let id = ward.open()
        // Stored, but by a node that died before it answered. Here the store is full, or away.
        let other = Ward(ward.store, node: 2)
        other.say("Hello", in: id, key: .number(7))
        ward.onCommit = { _ in .committed(.failure(.full("no room"))) }
        let reply = ward.say("Hello", in: id, key: .number(7))
        print("R16", reply as Any)
        #expect(reply?.refusal != .storeAway)
    }

    @Test func `R17 strays that cannot be read do not keep deadlines from being met`() throws {
        var limits = EngineLimits()
        limits.errandsInHand = 4
        let store = MemoryStore()
        let ward = Ward(store)
        let bad = (1...4).map { ward.open(guest: GuestID($0)) }
        for id in bad { ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam) }
        let good = ward.open(guest: GuestID(9))
        for id in bad { store.replaceState(of: id, by: [255, 255]) }
        let other = Ward(store, node: 2, limits: limits)
        other.pass(.seconds(20))
        var jobs = 0
        while jobs < 600_000, other.now.monotonic < .seconds(1000) + .minutes(10) {
            if let job = other.engine.nextJob() { other.carryOut(job) }
            other.pass(.milliseconds(5))
            jobs += 1
        }
        #expect(try other.state(of: good).unanswered?.alerts == 1)
    }

    @Test func `R18 the heart beats while commits fail`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.live(.seconds(20))
        ward.onCommit = { _ in .committed(.failure(.unknown("timed out"))) }
        let before = ward.jobs.count
        for number in 0..<600 {
            ward.submit(.act(id, .send(Message(text: "\(number)"))), by: Ward.guest, key: .number(UInt64(number)))
            ward.pass(.milliseconds(100))
            ward.settle()
        }
        let beats = ward.jobs.dropFirst(before).count { if case .heartbeat = $0.kind { true } else { false } }
        print("R18 heartbeats in a minute:", beats)
        #expect(beats >= 5)
    }

    @Test func `R19 what a resent outbox costs`() throws {
        let ward = Ward()
        let id = ward.open()
        func send() -> [UInt64] {
            (0..<64).map { number in
                ward.submit(.act(id, .send(Message(text: "\(number)"))), by: Ward.guest, key: .number(UInt64(number)))
            }
        }
        _ = send()
        ward.settle()
        let (commits, loads) = (ward.engine.figures.commits, ward.engine.figures.loads)
        _ = send()
        ward.settle()
        print("R19 commits", ward.engine.figures.commits - commits, "loads", ward.engine.figures.loads - loads)
        #expect(ward.engine.figures.commits - commits <= 2)
    }

    @Test func `R20 one guest's reused keys do not turn away an agent's message`() throws {
        let store = MemoryStore()
        let ward = Ward(store)
        let id = ward.open()
        ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam)
        ward.say("one", in: id, key: .number(1))
        for number in 0..<63 {
            ward.submit(
                .act(id, .send(Message(text: "x"))), by: Ward.guest, key: .number(1, fingerprint: UInt64(number) + 5))
        }
        let tag = ward.submit(.act(id, .send(Message(text: "Hello"))), by: Ward.annaOfTheTeam, key: .number(9))
        // Another node says something once meanwhile.
        var isFirst = true
        ward.onCommit = { units in
            guard isFirst else { return nil }
            isFirst = false
            Ward(store, node: 2).ask(.act(id, .note(Message(text: "note"))), by: Ward.benOfTheTeam)
            return .committed(.success(units.map { _ in .success(.conflict) }))
        }
        ward.settle()
        ward.live(.seconds(2))
        print("R20", ward.replies[tag] as Any)
        #expect(ward.replies[tag]?.receipt != nil)
    }

    // 5. Waiting.
    @Test func `R05a an engine whose clock was set sleeps`() {
        let ward = Ward()
        ward.live(.seconds(30))
        ward.setClock(ahead: .days(8))
        ward.pass(.seconds(2))
        ward.settle()
        #expect(ward.engine.nextJob() == nil)
        #expect(ward.engine.nextWake > ward.now.monotonic)
    }

    @Test func `R05b an engine that waits for a slow errand sleeps and its heart beats`() throws {
        let ward = Ward()
        ward.live(.seconds(30))
        var slow: EngineJob?
        for _ in 0..<10 where slow == nil {
            ward.pass(.seconds(1))
            while let job = ward.engine.nextJob() {
                if case .due = job.kind { slow = job } else { ward.carryOut(job) }
            }
        }
        ward.pass(.seconds(15))
        let job = ward.engine.nextJob()
        #expect(job != nil)
        #expect(ward.engine.nextWake > ward.now.monotonic)
    }

    // 6. What waits behind an opening whose commit nobody knows of.
    @Test func `R06 a command on a case whose opening is not known is answered`() throws {
        let ward = Ward()
        let opening = Opening(organisation: Ward.clinic, team: Ward.team, party: .support(Ward.maria))
        let open = ward.submit(.open(opening), by: Ward.guest, key: .number(1))
        let job = try #require(ward.engine.nextJob())
        guard case .commit(let units) = job.kind else { return #expect(Bool(false)) }
        let id = units[0].changes[0].id
        // It is stored, others see it in a list, and the answer never comes.
        _ = ward.store.commit(units)
        let note = ward.submit(.act(id, .note(Message(text: "I see it"))), by: Ward.annaOfTheTeam, key: .number(2))
        let delete = ward.submit(.delete(id, number: 1), by: Ward.annaOfTheTeam, key: .number(3))
        ward.pass(.milliseconds(1))
        _ = ward.engine.nextJob()
        ward.engine.finish(job.id, .committed(.failure(.unknown("the connection broke"))))
        ward.pass(.seconds(1))
        var jobs = 0
        while jobs < 10_000, let job = ward.engine.nextJob() {
            ward.carryOut(job)
            ward.pass(.milliseconds(1))
            jobs += 1
        }
        ward.takeOutputs()
        print("R06 jobs:", jobs, "note:", ward.replies[note] as Any, "delete:", ward.replies[delete] as Any)
        #expect(ward.replies[open]?.receipt?.id == id)
        #expect(ward.replies[note]?.receipt != nil)
        #expect(ward.replies[delete] != nil)
        #expect(jobs < 1000)
    }

    // 7. One kind of errand that fails.
    @Test func `R07 erasing that fails does not keep deadlines from being met`() throws {
        let ward = Ward()
        let id = ward.open()
        var begun = ward.now.monotonic
        _ = begun
        // The keys' disk is away: `finishErasing` fails each time. Everything else works.
        let other = Ward(ward.store, node: 2)
        begun = other.now.monotonic
        var erasing = 0
        for _ in 0..<600 {
            other.pass(.seconds(1))
            while let job = other.engine.nextJob() {
                if case .finishErasing = job.kind {
                    erasing += 1
                    other.engine.finish(job.id, .erased(.failure(.unavailable("no keys"))))
                } else {
                    other.carryOut(job)
                }
            }
        }
        print("R07 tried to erase", erasing, "alerts", try other.state(of: id).unanswered?.alerts as Any)
        #expect(try other.state(of: id).unanswered?.alerts == 1)
    }

    @Test func `R07b people do not wait for an errand that fails`() throws {
        let ward = Ward()
        let job = try #require(ward.engine.nextJob())
        ward.carryOut(job)
        let erase = try #require(ward.engine.nextJob())
        guard case .finishErasing = erase.kind else { return #expect(Bool(false), "\(erase.kind)") }
        ward.engine.finish(erase.id, .erased(.failure(.unavailable("no keys"))))
        let opening = Opening(organisation: Ward.clinic, team: Ward.team, party: .support(Ward.maria))
        ward.submit(.open(opening), by: Ward.guest)
        #expect(ward.engine.nextJob() != nil)
    }

    // 8. Clock jump and presence.
    @Test func `R08 a clock that was set ahead sends nobody away`() throws {
        let ward = Ward()
        ward.engine.hold([Ward.anna])
        ward.live(.seconds(15))
        let id = ward.open()
        ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam)
        ward.live(.seconds(30))
        let version = try #require(try ward.store.versions(of: [id])[id])
        ward.setClock(ahead: .hours(2))
        ward.live(.seconds(40))
        let after = try #require(try ward.store.versions(of: [id])[id])
        print("R08 versions", version, after)
        #expect(after == version)
    }

    // 9. Two new cases with one id within one engine.
    @Test func `R09 a drawn id that a case in hand has is drawn again`() throws {
        let store = MemoryStore()
        var draws: [UInt64] = []
        var counter: UInt64 = 1
        var now = Moment(wall: Timestamp(milliseconds: 1_700_000_000_000), monotonic: .seconds(1000))
        let engine = CaseEngine(at: now) {
            counter += 1
            return draws.isEmpty ? counter &* 0x9E37_79B9_7F4A_7C15 : draws.removeFirst()
        }
        var replies: [UInt64: Reply] = [:]
        func take() {
            for case .reply(let ticket, let reply) in engine.takeOutputs() { replies[ticket.tag] = reply }
        }
        func submit(_ tag: UInt64, _ command: CaseCommand, _ actor: Actor) {
            engine.submit(
                Submission(
                    ticket: Ticket(port: 0, tag: tag), organisation: Ward.clinic, actor: actor,
                    key: .number(tag), command: command))
        }
        func opening(_ guest: GuestID) -> CaseCommand {
            .open(Opening(organisation: Ward.clinic, team: Ward.team, party: .support(guest)))
        }
        // id, public name (two), id, public name (two): the second id is the first one's.
        draws = [5 << 44, 1, 2]
        submit(1, opening(GuestID(1)), Ward.guest(GuestID(1)))
        let first = try #require(engine.nextJob())
        // While it is under way, another one comes in the same millisecond.
        draws = [5 << 44, 3, 4]
        submit(2, opening(GuestID(2)), Ward.guest(GuestID(2)))
        _ = engine.nextJob()
        engine.finish(first.id, store.perform(first.kind, for: NodeID(1)))
        take()
        let id = try #require(replies[1]?.receipt?.id)
        // The first guest was answered, and writes.
        submit(3, .act(id, .send(Message(text: "Hello"))), Ward.guest(GuestID(1)))
        for _ in 0..<100 {
            now = Moment(wall: now.wall + .milliseconds(5), monotonic: now.monotonic + .milliseconds(5))
            engine.advance(to: now)
            while let job = engine.nextJob() { engine.finish(job.id, store.perform(job.kind, for: NodeID(1))) }
            take()
        }
        print("R09", replies[3] as Any)
        #expect(replies[3]?.receipt != nil)
    }

    // 10. A slot that is evicted while it is being made.
    @Test func `R10 a case has one slot however small the cache`() throws {
        var limits = EngineLimits()
        limits.cachedCases = 1
        let store = MemoryStore()
        let before = Ward(store, node: 2)
        let cases = (1...3).map { before.open(guest: GuestID($0)) }
        let ward = Ward(store, limits: limits)
        for _ in 0..<2 {
            for (index, id) in cases.enumerated() {
                ward.submit(
                    .act(id, .send(Message(text: "Hello"))), by: Ward.guest(GuestID(Int64(index + 1))))
            }
        }
        let job = try #require(ward.engine.nextJob())
        guard case .load(let questions) = job.kind else { return #expect(Bool(false)) }
        print("R10 questions", questions.count)
        #expect(Set(questions.map(\.id)).count == questions.count)
    }

    // 12. Time within a case.
    @Test func `R12 time does not run backwards within a case`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.say("one", in: id)
        ward.setClock(ahead: .hours(-1))
        ward.say("two", in: id)
        let times = try ward.log(of: id).map(\.event.at)
        #expect(times == times.sorted())
    }

    // 13. A deadline in hand when the clock jumps.
    @Test func `R13 a deadline in hand when the clock jumps is not met by the new time`() throws {
        let store = MemoryStore()
        let one = Ward(store, node: 1)
        let two = Ward(store, node: 2)
        let id = one.open()
        for ward in [one, two] { ward.pass(.minutes(6)) }
        // The second asks for what is due …
        var due: EngineJob?
        while due == nil, let job = two.engine.nextJob() {
            if case .due = job.kind { due = job } else { two.carryOut(job) }
        }
        let result = store.perform(try #require(due).kind, for: NodeID(2))
        // … the first meets it, Anna answers …
        one.settle()
        one.ask(.act(id, .claim), by: Ward.annaOfTheTeam)
        one.say("Hello", in: id, by: Ward.annaOfTheTeam)
        // … and the second one's clock is set ahead.
        two.setClock(ahead: .days(8))
        two.engine.finish(try #require(due).id, result)
        two.settle()
        #expect(try two.state(of: id).warnedAt == nil)
        let notices = try two.log(of: id).filter {
            if case .missedResponseNoticed = $0.event.fact { true } else { false }
        }
        #expect(notices.isEmpty)
    }

    // 14. Keyless commands.
    @Test func `R14 a message without a key is not said twice`() throws {
        let ward = Ward()
        let id = ward.open()
        var isFirst = true
        ward.onCommit = { units in
            guard isFirst else { return nil }
            isFirst = false
            _ = ward.store.commit(units)
            return .committed(.failure(.unknown("the connection broke")))
        }
        ward.say("Hello", in: id)
        ward.live(.seconds(2))
        #expect(try ward.texts(of: id) == ["Hello"])
    }

    private final class Desk: Sendable {
        let replies = Mutex<[UInt64: Reply]>([:])
        func take(_ outputs: [EngineOutput]) {
            replies.withLock { replies in
                for case .reply(let ticket, let reply) in outputs { replies[ticket.tag] = reply }
            }
        }
    }

    private static func submission(_ tag: UInt64) -> Submission {
        Submission(
            ticket: Ticket(port: 0, tag: tag), organisation: Ward.clinic, actor: Ward.guest,
            key: CommandKey(UInt128(tag), fingerprint: tag),
            command: .open(Opening(organisation: Ward.clinic, team: Ward.team, party: .support(Ward.maria))))
    }

    // 11. Stop.
    @Test func `R11a after the stop nothing is accepted that nobody answers`() throws {
        let desk = Desk()
        let service = try EngineService(MemoryStore(), node: NodeID(1), hand: { desk.take($0) }, fail: { _ in })
        service.stop()
        let accepted = service.submit(Self.submission(1))
        usleep(100_000)
        #expect(!accepted || desk.replies.withLock { $0[1] } != nil)
    }

    @Test func `R11b it stops although people go on sending`() throws {
        let desk = Desk()
        var limits = EngineLimits()
        limits.commandsBesideCommit = 1
        let service = try EngineService(
            SlowStore(MemoryStore()), node: NodeID(1), limits: limits, hand: { desk.take($0) }, fail: { _ in })
        let isOver = Atomic(false)
        let sent = Atomic<UInt64>(0)
        let sender = try OwnThread("review") {
            var tag: UInt64 = 0
            while !isOver.load(ordering: .relaxed), tag < 30_000 {
                tag += 1
                _ = service.submit(Self.submission(tag))
                sent.store(tag, ordering: .relaxed)
                usleep(100)
            }
        }
        usleep(50_000)
        let start = ContinuousClock.now
        service.stop()
        let took = ContinuousClock.now - start
        isOver.store(true, ordering: .relaxed)
        sender.join()
        print("R11b stop took", took, "sent", sent.load(ordering: .relaxed))
        #expect(took < .seconds(1))
    }

    @Test func `R11c it stops although there is always something due`() throws {
        let store = MemoryStore()
        let ward = Ward(store)
        let bad = (1...4).map { ward.open(guest: GuestID($0)) }
        for id in bad { store.replaceState(of: id, by: [255, 255]) }
        var limits = EngineLimits()
        limits.errandsInHand = 4
        let service = try EngineService(store, node: NodeID(2), limits: limits, hand: { _ in }, fail: { _ in })
        usleep(100_000)
        var before = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before)
        let isStopped = Atomic(false)
        let stopper = try OwnThread("review") {
            service.stop()
            isStopped.store(true, ordering: .relaxed)
        }
        usleep(3_000_000)
        var after = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after)
        let used = Double(after.tv_sec - before.tv_sec) + Double(after.tv_nsec - before.tv_nsec) / 1e9
        print("R11c stopped after 3 s:", isStopped.load(ordering: .relaxed), "CPU seconds:", used)
        let stopped = isStopped.load(ordering: .relaxed)
        #expect(stopped)
        _ = stopper
    }

}

/// A commit takes 3 ms.
private final class SlowStore: CaseStore {
    typealias Prepared = MemoryStore.Prepared
    let store: MemoryStore
    let dueTakes: UInt32
    init(_ store: MemoryStore, dueTakes: UInt32 = 0) {
        self.store = store
        self.dueTakes = dueTakes
    }
    func prepare(_ units: [CommitUnit]) throws(StoreError) -> [Result<Prepared, CaseTrouble>] {
        try store.prepare(units)
    }
    func commit(_ units: [Prepared]) throws(StoreError) -> [CommitOutcome] {
        usleep(3000)
        return try store.commit(units)
    }
    func finishErasing(limit: Int) throws(StoreError) -> Int { try store.finishErasing(limit: limit) }
    func load(_ cases: [CaseID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] { try store.load(cases) }
    func answer(to name: KeyName, fingerprint: UInt64) throws(StoreError) -> KeyAnswer {
        try store.answer(to: name, fingerprint: fingerprint)
    }
    func event(_ number: Int64, of id: CaseID, for reader: Side) throws(StoreError) -> Result<StoredEvent?, CaseTrouble> {
        try store.event(number, of: id, for: reader)
    }
    func events(
        of id: CaseID, for reader: Side, after number: Int64, limit: Int
    ) throws(StoreError) -> Result<EventPage, CaseTrouble> {
        try store.events(of: id, for: reader, after: number, limit: limit)
    }
    func list(_ list: CaseList, after id: CaseID?, limit: Int) throws(StoreError) -> [ListedCase] {
        try store.list(list, after: id, limit: limit)
    }
    func versions(of cases: [CaseID]) throws(StoreError) -> [CaseID: Int64] { try store.versions(of: cases) }
    func versions(in list: CaseList, after id: CaseID?, limit: Int) throws(StoreError) -> [ListedVersion] {
        try store.versions(in: list, after: id, limit: limit)
    }
    func due(at now: Timestamp, after last: DueCase?, limit: Int) throws(StoreError) -> [DueCase] {
        if dueTakes > 0 { usleep(dueTakes) }
        return try store.due(at: now, after: last, limit: limit)
    }
    func openCases(of team: TeamID, after id: CaseID?, limit: Int) throws(StoreError) -> [CaseID] {
        try store.openCases(of: team, after: id, limit: limit)
    }
    func heartbeat(_ node: NodeID, members: Set<MemberID>?, at now: Timestamp) throws(StoreError) {
        try store.heartbeat(node, members: members, at: now)
    }
    func strayAssignments(
        heardSince moment: Timestamp, after id: CaseID?, limit: Int
    ) throws(StoreError) -> [StrayAssignment] {
        try store.strayAssignments(heardSince: moment, after: id, limit: limit)
    }
    func outbox(after id: Int64, limit: Int) throws(StoreError) -> [PendingItem] {
        try store.outbox(after: id, limit: limit)
    }
    func forgetKeys(olderThan moment: Timestamp, limit: Int) throws(StoreError) -> Int {
        try store.forgetKeys(olderThan: moment, limit: limit)
    }
    var generation: Int64 { store.generation }
}
