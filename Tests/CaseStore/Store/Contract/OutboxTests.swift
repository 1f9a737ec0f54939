import CaseMachine
import CaseStore
import Foundation
import Testing

/// What leaves the building: taken under a lease, counted before it is sent, and finished by whoever has it.
@Suite struct OutboxTests {
    private static let start = Chronicle.start
    private static let lease = Duration.seconds(30)
    /// Long enough to be seen, short enough to be waited for: PostgreSQL's leases run by its own clock.
    private static let short = Duration.milliseconds(60)

    /// A case with so many items, whose numbers are 2, 3 …
    private func house(_ kind: StoreKind, items: Int = 1, case id: Int64 = 1) throws -> any StoreHouse {
        let house = try kind.open()
        try add(items, to: house, case: id)
        return house
    }

    private func add(_ items: Int, to house: any StoreHouse, case id: Int64) throws {
        var (chronicle, opening) = Chronicle.opened(id)
        try house.commit([opening])
        for number in 0..<items {
            let item = OutboxItem(kind: .missedResponse, number: Int64(number + 2), due: Self.start)
            try house.commit([
                chronicle.add([.messageSent(Message(text: "hello"))], by: .member(Chronicle.anna), outbox: [item])
            ])
        }
    }

    private func take(
        _ house: any StoreHouse, limit: Int = 10, for duration: Duration = lease, at now: Timestamp = start
    ) throws -> [LeasedItem] {
        try house.store.leaseOutbox(limit: limit, for: duration, at: now)
    }

    private func takeOne(
        _ house: any StoreHouse, for duration: Duration = lease, at now: Timestamp = start
    ) throws -> LeasedItem {
        try #require(try take(house, for: duration, at: now).first)
    }

    /// The leases of before have run out: by the clock of a test, or the database's own.
    private func takeWhenFree(_ house: any StoreHouse) throws -> LeasedItem {
        let deadline = Date(timeIntervalSinceNow: 10)
        while Date() < deadline {
            house.clock.now = house.clock.now + Self.short
            if let item = try take(house).first { return item }
            Thread.sleep(forTimeInterval: 0.01)
        }
        throw UnexpectedTrouble()
    }

    private func record(_ house: any StoreHouse, case id: Int64 = 1) throws -> LetterRecord {
        try #require(try house.store.letters(of: CaseID(id), limit: 10).last)
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `each item is taken by one, in the order in which they came, as many as are asked for`(
        _ kind: StoreKind
    ) throws {
        let house = try house(kind, items: 5)
        let (first, second) = (try take(house, limit: 3), try take(house, limit: 3))
        #expect((first + second).map(\.pending.item.number) == [2, 3, 4, 5, 6])
        #expect(try take(house).isEmpty)
        #expect(try take(house, limit: 0).isEmpty)
        #expect((first + second).allSatisfy { $0.attempts == 0 && $0.unknowns == 0 && $0.since == Self.start })
        // They wait until they are done.
        #expect(try house.store.outbox(after: 0, limit: 10).count == 5)
        #expect(Set((first + second).map(\.pending.id)).count == 5)
    }

    // covers: B2
    @Test(arguments: StoreKind.allCases)
    func `what was sent is done, and remembered with its provider's reference`(_ kind: StoreKind) throws {
        let house = try house(kind)
        let item = try takeOne(house)
        #expect(try house.store.beginAttempt(item, for: Self.lease))
        let sentAt = Self.start + .seconds(4)
        // The answer to the first was lost: it is said again.
        for _ in 1...2 { #expect(try house.store.finish(item, .sent(.sms, reference: "SM1"), at: sentAt)) }
        #expect(try take(house, at: .distantFuture).isEmpty)
        #expect(try house.store.outbox(after: 0, limit: 9).isEmpty)
        let record = try record(house)
        #expect((record.state, record.attempts, record.channel) == (.sent, 1, .sms))
        #expect((record.finishedAt, record.lateness) == (sentAt, .seconds(4)))
        #expect(!record.mayHaveGoneTwice)
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `a node that was paused beyond its lease neither begins nor finishes, once another has the item`(
        _ kind: StoreKind
    ) throws {
        let house = try house(kind)
        let paused = try takeOne(house, for: Self.short)
        let other = try takeWhenFree(house)
        #expect(try !house.store.beginAttempt(paused, for: Self.lease))
        #expect(try !house.store.split(paused, among: [Chronicle.anna]))
        for outcome in [
            LetterOutcome.sent(.sms, reference: "late"), .cancelled(reason: "late"),
            .dead(nil, reason: "late", isUnknown: false),
        ] {
            #expect(try !house.store.finish(paused, outcome, at: Self.start))
        }
        #expect(try record(house).state == .waiting)
        #expect(try record(house).attempts == 0)
        #expect(other.unknowns == 0)
        #expect(try house.store.beginAttempt(other, for: Self.lease))
        #expect(try house.store.finish(other, .sent(.sms, reference: "SM2"), at: Self.start))
        #expect(try !record(house).mayHaveGoneTwice)
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `what was begun and never finished may have gone twice, once it is sent again`(_ kind: StoreKind) throws {
        let house = try house(kind)
        let died = try takeOne(house)
        #expect(try house.store.beginAttempt(died, for: Self.short))
        let next = try takeWhenFree(house)
        #expect((next.unknowns, next.attempts) == (1, 1))
        #expect(try !record(house).mayHaveGoneTwice)
        #expect(try house.store.beginAttempt(next, for: Self.lease))
        // The first node lives, and has sent it after all.
        #expect(try !house.store.finish(died, .sent(.sms, reference: "SM1"), at: Self.start))
        #expect(try house.store.finish(next, .sent(.sms, reference: "SM2"), at: Self.start))
        #expect(try record(house).mayHaveGoneTwice)
        #expect(try record(house).attempts == 2)
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `a node that was paused while nobody else took its item may still say what came of it`(
        _ kind: StoreKind
    ) throws {
        let house = try house(kind)
        let item = try takeOne(house)
        #expect(try house.store.beginAttempt(item, for: .milliseconds(-1)))
        #expect(try house.store.finish(item, .sent(.email, reference: nil), at: Self.start))
        #expect(try take(house).isEmpty)
    }

    // covers: B2
    @Test(arguments: StoreKind.allCases)
    func `what is to be tried later waits until then, behind what was never tried`(_ kind: StoreKind) throws {
        let house = try house(kind, items: 2)
        let items = try take(house, limit: 1)
        #expect(try house.store.beginAttempt(items[0], for: Self.lease))
        let later = Self.start + .seconds(20)
        #expect(
            try house.store.finish(
                items[0], .later(at: later, .sms, reason: "503", isUnknown: false), at: Self.start))
        let waiting = try #require(try house.store.letters(of: CaseID(1), limit: 9).first)
        #expect((waiting.state, waiting.nextTry, waiting.reason) == (.waiting, later, "503"))
        #expect(try take(house, limit: 1).map(\.pending.item.number) == [3])
        #expect(try take(house, at: later + .milliseconds(-1)).isEmpty)
        let again = try take(house, at: later)
        #expect(again.map(\.pending.id) == [items[0].pending.id])
        #expect(again.map(\.attempts) == [1])
        #expect(again.map(\.unknowns) == [0])
        // The node of before has another token.
        #expect(try !house.store.finish(items[0], .cancelled(reason: "late"), at: later))
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `an attempt without an answer is remembered over those that have one`(_ kind: StoreKind) throws {
        let house = try house(kind)
        for isUnknown in [true, false] {
            let item = try takeOne(house, at: Self.start + .hours(1))
            #expect(try house.store.beginAttempt(item, for: Self.lease))
            let later = LetterOutcome.later(at: Self.start, nil, reason: "no answer", isUnknown: isUnknown)
            // Said twice, counted once.
            for _ in 1...2 { #expect(try house.store.finish(item, later, at: Self.start)) }
        }
        let last = try takeOne(house)
        #expect((last.unknowns, last.attempts) == (1, 2))
        #expect(try house.store.beginAttempt(last, for: Self.lease))
        #expect(try house.store.finish(last, .sent(.sms, reference: nil), at: Self.start))
        #expect(try record(house).mayHaveGoneTwice)
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `what is for several members becomes one item for each`(_ kind: StoreKind) throws {
        let house = try house(kind)
        let item = try takeOne(house)
        #expect(try house.store.split(item, among: [Chronicle.anna, Chronicle.ben]))
        #expect(try !house.store.split(item, among: [Chronicle.anna]))
        let parts = try take(house)
        #expect(parts.map(\.recipient) == [Chronicle.anna, Chronicle.ben])
        #expect(parts.allSatisfy { $0.pending.item == item.pending.item && $0.pending.id > item.pending.id })
        #expect(try house.store.letters(of: CaseID(1), limit: 9).map(\.recipient) == [Chronicle.anna, Chronicle.ben])
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `what failed for good is seen by its organisation, and can be sent again`(_ kind: StoreKind) throws {
        let house = try house(kind, items: 2)
        try add(1, to: house, case: 2)
        for item in try take(house) {
            #expect(try house.store.beginAttempt(item, for: Self.lease))
            let dead = LetterOutcome.dead(.sms, reason: "no such number", isUnknown: true)
            #expect(try house.store.finish(item, dead, at: Self.start))
        }
        let clinic = Chronicle.clinic
        let failed = try house.store.failedLetters(of: clinic, before: nil, limit: 9)
        #expect(failed.map(\.caseID.value) == [2, 1, 1])
        #expect(failed.allSatisfy { $0.state == .dead && $0.reason == "no such number" && $0.channel == .sms })
        #expect(try house.store.failedLetters(of: clinic, before: failed[0].id, limit: 1) == [failed[1]])
        #expect(try house.store.failedLetters(of: OrganisationID(2), before: nil, limit: 9).isEmpty)
        #expect(try house.store.sendAgain(failed[0].id, in: OrganisationID(2), at: Self.start) == nil)

        let now = Self.start + .days(2)
        #expect(try house.store.sendAgain(failed[0].id, in: clinic, at: now) == CaseID(2))
        #expect(try house.store.sendAgain(failed[0].id, in: clinic, at: now) == nil)
        #expect(try house.store.failedLetters(of: clinic, before: nil, limit: 9).count == 2)
        let again = try takeOne(house, at: now)
        #expect((again.pending.id, again.series, again.attempts, again.since) == (failed[0].id, 1, 0, now))
        #expect(again.unknowns == 1)
    }

    // covers: B5
    @Test(arguments: StoreKind.allCases)
    func `a provider's report is found by its reference, and delivered stays delivered`(_ kind: StoreKind) throws {
        let house = try house(kind, items: 2)
        for (item, reference) in zip(try take(house), ["SM1", "SM2"]) {
            #expect(try house.store.finish(item, .sent(.sms, reference: reference), at: Self.start))
        }
        let now = Self.start + .seconds(9)
        #expect(try house.store.report(.delivered, of: "SM9", at: now).isEmpty)
        #expect(try house.store.report(.failed(reason: "unreachable"), of: "SM1", at: now) == [CaseID(1)])
        #expect(
            try house.store.failedLetters(of: Chronicle.clinic, before: nil, limit: 9).map(\.delivery) == [.failed])
        #expect(try house.store.report(.delivered, of: "SM1", at: now) == [CaseID(1)])
        #expect(try house.store.report(.failed(reason: "late"), of: "SM1", at: now) == [CaseID(1)])
        let records = try house.store.letters(of: CaseID(1), limit: 9)
        #expect(records.map(\.delivery) == [.delivered, nil])
        #expect((records[0].reportedAt, records[0].reason) == (now, nil))
        #expect(try house.store.failedLetters(of: Chronicle.clinic, before: nil, limit: 9).isEmpty)
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `letters that are done are forgotten after a time, those that wait are not`(_ kind: StoreKind) throws {
        let house = try house(kind, items: 4)
        for (item, days) in zip(try take(house), [1, 2, 3] as [Int64]) {
            #expect(try house.store.finish(item, .cancelled(reason: "seen"), at: Self.start + .days(days)))
        }
        #expect(try house.store.forgetLetters(finishedBefore: Self.start + .days(1), limit: 9) == 0)
        #expect(try house.store.forgetLetters(finishedBefore: Self.start + .days(9), limit: 2) == 2)
        let left = try house.store.letters(of: CaseID(1), limit: 9)
        #expect(left.map(\.item.number) == [4, 5])
        #expect(left.map(\.state) == [.cancelled, .waiting])
        #expect(try house.store.forgetLetters(finishedBefore: .distantFuture, limit: 9) == 1)
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `of a case that is erased no letter is left, in whatever state`(_ kind: StoreKind) throws {
        let house = try house(kind, items: 3)
        let items = try take(house, limit: 2)
        #expect(try house.store.finish(items[0], .sent(.sms, reference: "SM1"), at: Self.start))
        let loaded = try house.load(CaseID(1)).get()
        let erasing = CaseEvent(at: Self.start, author: .system, fact: .erased(.retention, absorbed: []))
        let numbers = loaded.state.nextNumbers(for: .everyone)
        let state = try #require(CaseState.evolve(loaded.state, erasing))
        let change = CaseChange(
            id: CaseID(1), expectedVersion: loaded.version,
            events: erasing.fact.audience == nil ? [] : [NumberedEvent(numbers: numbers, event: erasing)], state: state,
            earliestDeadline: nil)
        #expect(try house.commit([CommitUnit(changes: [change])]) == [.stored])
        #expect(try house.store.finishErasing(limit: 9) == 0)
        #expect(try house.store.letters(of: CaseID(1), limit: 9).isEmpty)
        #expect(try !house.store.beginAttempt(items[1], for: Self.lease))
        #expect(try !house.store.finish(items[1], .sent(.sms, reference: "SM2"), at: Self.start))
        #expect(try house.store.report(.delivered, of: "SM1", at: Self.start).isEmpty)
    }
}
