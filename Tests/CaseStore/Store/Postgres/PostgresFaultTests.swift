import CaseMachine
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CaseStore

/// What becomes of commits when the server, the network or the node fails amid them.
@Suite(.serialized) struct PostgresFaultTests {
    /// Says things to a case until they are stored, as an engine does: after an error, the same unit under the same keys.
    private final class Speaker: Sendable {
        let store: PostgresStore
        private let chronicle = Mutex(Chronicle(1))
        private let keys = Atomic<Int>(0)
        let errors = Mutex<[StoreError]>([])

        init(_ store: PostgresStore) throws {
            self.store = store
            try store.commit(units: [chronicle.withLock { $0.open() }])
        }

        /// Answers when it is acknowledged.
        func say(_ text: String, within patience: Duration = .seconds(40)) throws {
            let number = keys.add(1, ordering: .relaxed).newValue
            let unit = chronicle.withLock { $0.say(text, commands: [.test(UInt128(number))]) }
            let deadline = ContinuousClock.now + patience
            while true {
                do throws(StoreError) {
                    let prepared = try store.prepare([unit]).compactMap { try? $0.get() }
                    let outcomes = try store.commit(prepared)
                    guard [[.stored], [.known(index: 0, unit.commands[0].receipt)]].contains(outcomes) else {
                        Issue.record("\(text): \(outcomes)")
                        return
                    }
                    return
                } catch {
                    if case .fatal = error { throw error }
                    errors.withLock { $0.append(error) }
                    guard ContinuousClock.now < deadline else { throw error }
                    usleep(5000)
                }
            }
        }

        /// What is in the log, as soon as it can be read.
        var said: [String] {
            get throws {
                let deadline = ContinuousClock.now + .seconds(10)
                while storeError({ _ = try store.load([CaseID(1)]) }) != nil, ContinuousClock.now < deadline {
                    usleep(20_000)
                }
                return try store.events(of: CaseID(1), for: .guest, after: 0, limit: 10_000).get().events.compactMap {
                    if case .messageSent(let message) = $0.event.fact { message.text } else { nil }
                }
            }
        }
    }

    private func impatient(_ settings: inout PostgresStore.Settings) {
        settings.postgres.connectWithin = .seconds(2)
        settings.postgres.lockWithin = .milliseconds(300)
        settings.postgres.statementWithin = .milliseconds(700)
        settings.postgres.answerWithin = .seconds(1)
    }

    // covers: B1, B7
    @Test(arguments: [PostgresServer.Stop.fast, .immediate])
    func `a server that restarts amid commits loses nothing that was acknowledged, and has nothing twice`(
        _ stop: PostgresServer.Stop
    ) throws {
        let server = try PostgresServer()
        let house = try PostgresHouse(on: server, impatient)
        let speaker = try Speaker(house.store)
        let isOver = Shared(false)
        let restarts = Errand {
            defer { isOver.withLock { $0 = true } }
            for _ in 0..<3 {
                usleep(150_000)
                try server.stop(stop)
                try server.start()
            }
        }
        var texts: [String] = []
        while !isOver.withLock({ $0 }) || texts.count < 50 {
            texts.append("message \(texts.count)")
            try speaker.say(texts[texts.count - 1])
        }
        try restarts.value()
        #expect(try speaker.said == texts)
        #expect(!speaker.errors.withLock { $0.isEmpty })
    }

    // covers: B1, B7
    @Test func `a server that stands still is given up in time, and works again when it goes on`() throws {
        let server = try PostgresServer()
        let house = try PostgresHouse(on: server, impatient)
        let speaker = try Speaker(house.store)
        try speaker.say("before")
        try server.pause()
        let unit = Chronicle.opened(2).1
        let prepared = try house.store.prepare([unit]).map { try $0.get() }
        let start = ContinuousClock.now
        // Nothing of the first round trip comes back, so nobody can have stored it; it is tried once more.
        guard case .unavailable? = storeError({ _ = try house.store.commit(prepared) }) else {
            throw UnexpectedTrouble()
        }
        #expect(ContinuousClock.now - start < .seconds(6))
        guard case .unavailable? = storeError({ _ = try house.store.load([CaseID(1)]) })
        else { throw UnexpectedTrouble() }
        #expect(ContinuousClock.now - start < .seconds(12))
        try server.resume()
        try speaker.say("after")
        #expect(try speaker.said == ["before", "after"])
    }

    // covers: B1, B7
    @Test func `a server that stands still at a COMMIT may have stored it, and under its key it is stored once`() throws
    {
        let server = try PostgresServer()
        let isToPause = Shared(false)
        let house = try PostgresHouse(on: server) { settings in
            impatient(&settings)
            settings.reached = { step in
                let pauses = isToPause.withLock { pauses in
                    defer { pauses = false }
                    return pauses && step == .locked
                }
                if pauses { #expect(throws: Never.self) { try server.pause() } }
            }
        }
        var chronicle = Chronicle(1)
        try house.commit([chronicle.open()])
        let unit = chronicle.say("once", commands: [.test(1)])
        isToPause.withLock { $0 = true }
        guard case .unknown? = storeError({ try house.commit([unit]) }) else { throw UnexpectedTrouble() }
        try server.resume()
        #expect(try eventually(house.store, unit) == [.known(index: 0, unit.commands[0].receipt)])
        #expect(try house.page(CaseID(1)).events.count == 2)
    }

    /// The outcome of the unit as soon as there is one.
    private func eventually(_ store: PostgresStore, _ unit: CommitUnit) throws -> [CommitOutcome] {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            do { return try store.commit(units: [unit]) } catch {
                guard ContinuousClock.now < deadline else { throw error }
                usleep(20_000)
            }
        }
    }

    /// A store behind a proxy that loses what it is told to lose, as soon as a commit has locked its rows.
    private func behindProxy(
        _ loss: LossyProxy.Loss
    ) throws -> (house: PostgresHouse, proxy: LossyProxy, store: PostgresStore, arm: @Sendable () -> Void) {
        let house = try PostgresHouse()
        let proxy = try LossyProxy(to: house.database.server.port)
        let isArmed = Shared(false)
        let store = try house.node(port: proxy.port) { settings in
            impatient(&settings)
            settings.reached = { step in
                let isMeant = isArmed.withLock { isArmed in
                    defer { if step == .locked { isArmed = false } }
                    return isArmed && step == .locked
                }
                if isMeant { proxy.lose(loss) }
            }
        }
        return (house, proxy, store, { isArmed.withLock { $0 = true } })
    }

    enum Cut: String, CaseIterable, CustomTestStringConvertible, Sendable {
        case beforeItArrives = "COMMIT does not arrive"
        case beforeItIsAnswered = "COMMIT is not answered"

        var testDescription: String { rawValue }

        var loss: LossyProxy.Loss {
            switch self {
            case .beforeItArrives: .nextRequest
            case .beforeItIsAnswered: .nextAnswer
            }
        }

        /// What becomes of the unit when it is tried again.
        func outcome(of unit: CommitUnit) -> CommitOutcome {
            switch self {
            case .beforeItArrives: .stored
            case .beforeItIsAnswered: .known(index: 0, unit.commands[0].receipt)
            }
        }
    }

    // covers: B1, B7
    @Test(arguments: Cut.allCases)
    func `a connection that is cut at a COMMIT: unknown at first, and stored once`(_ cut: Cut) throws {
        let (house, proxy, store, arm) = try behindProxy(cut.loss)
        var chronicle = Chronicle(1)
        try store.commit(units: [chronicle.open()])
        for round in 1...20 {
            let unit = chronicle.say("message \(round)", commands: [.test(UInt128(round))])
            arm()
            guard case .unknown? = storeError({ try store.commit(units: [unit]) }) else { throw UnexpectedTrouble() }
            #expect(proxy.cutCount == round)
            #expect(try eventually(store, unit) == [cut.outcome(of: unit)])
        }
        #expect(try house.page(CaseID(1)).events.count == 21)
    }

    // covers: B1, B7
    @Test func `a network that falls silent is given up in time, and the next connection works`() throws {
        let (house, proxy, store, arm) = try behindProxy(.everything)
        var chronicle = Chronicle(1)
        try store.commit(units: [chronicle.open()])
        let unit = chronicle.say("hello", commands: [.test(1)])
        arm()
        let start = ContinuousClock.now
        guard case .unknown? = storeError({ try store.commit(units: [unit]) }) else { throw UnexpectedTrouble() }
        #expect(ContinuousClock.now - start < .seconds(4))
        proxy.lose(.none)
        // The first attempt's rows are locked until the server notices that its client has gone.
        #expect(try eventually(store, unit) == [.stored])
        #expect(try house.page(CaseID(1)).events.count == 2)
    }

    // covers: B7
    @Test func `a node that was paused with locked rows keeps nobody waiting for long, and stores nothing late`() throws
    {
        let isToWait = Shared(false)
        let house = try PostgresHouse { settings in
            settings.postgres.idleInTransactionWithin = .milliseconds(300)
            settings.reached = { step in
                let waits = isToWait.withLock { waits in
                    defer { waits = false }
                    return waits && step == .locked
                }
                if waits { usleep(1_500_000) }
            }
        }
        var chronicle = Chronicle(1)
        try house.commit([chronicle.open()])
        let other = try house.node { $0.reached = nil }
        var (late, quick) = (chronicle, chronicle)
        let lateUnit = late.say("late", commands: [.test(1)])
        isToWait.withLock { $0 = true }
        let paused = house.store
        let pausing = Errand { storeError { try paused.commit(units: [lateUnit]) } }
        let deadline = ContinuousClock.now + .seconds(5)
        while isToWait.withLock({ $0 }), ContinuousClock.now < deadline { usleep(1000) }
        let start = ContinuousClock.now
        #expect(try other.commit(units: [quick.say("quick")]) == [.stored])
        #expect(ContinuousClock.now - start < .seconds(1.2))
        guard case .unknown? = try pausing.value() else { throw UnexpectedTrouble() }
        #expect(try house.commit([lateUnit]) == [.conflict])
        #expect(try house.page(CaseID(1)).events.count == 2)
    }

    // covers: B1
    @Test func `a full disk stores nothing of the batch, and works again when there is room`() throws {
        let house = try PostgresHouse()
        var chronicle = Chronicle(1)
        try house.commit([chronicle.open()])
        // The server's own word for it, without filling the disk that it shares with others.
        try house.database.run(
            """
            CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON caseEvent EXECUTE FUNCTION full_disk()
            """)
        let unit = chronicle.say("hello", commands: [.test(1)])
        guard case .full? = storeError({ try house.commit([unit]) }) else { throw UnexpectedTrouble() }
        #expect(try house.load(CaseID(1)).get().version == 1)
        try house.database.run("DROP TRIGGER full_disk ON caseEvent")
        #expect(try house.commit([unit]) == [.stored])
    }

    @Test func `an event that nobody of us has written ends the process, and nothing is stored`() throws {
        let house = try PostgresHouse()
        var (chronicle, opening) = Chronicle.opened(1)
        try house.commit([opening])
        try house.database.run("INSERT INTO caseEvent VALUES (1, 2, NULL, NULL, 0, '')")
        guard case .fatal? = storeError({ try house.commit([chronicle.say("hello")]) }) else {
            throw UnexpectedTrouble()
        }
        #expect(try house.load(CaseID(1)).get().version == 1)
    }

    @Test func `reads go on over a restart of the server`() throws {
        let server = try PostgresServer()
        let house = try PostgresHouse(on: server, impatient)
        try house.commit([Chronicle.opened(1).1])
        for stop in [PostgresServer.Stop.fast, .immediate] {
            #expect(try house.load(CaseID(1)).get().version == 1)
            try server.stop(stop)
            guard case .unavailable? = storeError({ _ = try house.load(CaseID(1)) }) else { throw UnexpectedTrouble() }
            try server.start()
            let deadline = ContinuousClock.now + .seconds(10)
            while storeError({ _ = try house.load(CaseID(1)) }) != nil, ContinuousClock.now < deadline {
                usleep(10_000)
            }
            #expect(try house.load(CaseID(1)).get().version == 1)
        }
    }

    // covers: B1
    @Test func `a server that has become one that loses things is refused when it comes back`() throws {
        let server = try PostgresServer()
        let house = try PostgresHouse(on: server, impatient)
        try house.commit([Chronicle.opened(1).1])
        try server.run("ALTER SYSTEM SET synchronous_commit = off")
        try server.stop(.fast)
        try server.start()
        guard case .unavailable(let reason)? = storeError({ try house.commit([Chronicle.opened(2).1]) })
        else { throw UnexpectedTrouble() }
        #expect(reason.contains("synchronous_commit is off"), "\(reason)")
    }

    /// The server has it, and would lose it with its disk: it waits for the standby, and keeps the rows locked.
    // covers: B1
    @Test func `a COMMIT that a standby has not taken is not acknowledged`() throws {
        let server = try PostgresServer()
        let house = try PostgresHouse(on: server, impatient)
        var chronicle = Chronicle(1)
        try house.commit([chronicle.open()])
        try server.set(["SET synchronous_standby_names = 'nobody'"])
        let deadline = ContinuousClock.now + .seconds(10)
        var doubtful: CommitUnit?
        var number: UInt128 = 0
        while doubtful == nil, ContinuousClock.now < deadline {
            number += 1
            let unit = chronicle.say("message \(number)", commands: [.test(number)])
            switch storeError({ try house.commit([unit]) }) {
            // The setting has not arrived yet.
            case nil: continue
            case .unknown: doubtful = unit
            case let error?: throw error
            }
        }
        let unit = try #require(doubtful)
        // A repetition is told no sooner.
        #expect(storeError { try house.commit([unit]) } != nil)
        try server.set(["RESET synchronous_standby_names"])
        #expect(try eventually(house.store, unit) == [.known(index: 0, unit.commands[0].receipt)])
        #expect(try house.page(CaseID(1)).events.count == Int(chronicle.version))
    }
}
