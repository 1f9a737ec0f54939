import CaseMachine
import GRDB
import Synchronization
import Testing

@testable import CaseStore

/// A row that this process wrote last is written without being read. What it believes of the row may be wrong only if
/// somebody else has written it.
@Suite struct RowHintTests {
    @Test func `a row that somebody else has changed is a conflict and its command's key stays new`() throws {
        let house = try SQLiteHouse()
        var chronicle = Chronicle(1)
        try house.commit([chronicle.open()])
        try house.store.write { db in
            try db.execute(sql: "UPDATE caseRow SET version = 7 WHERE id = 1")
        }
        let keys = [KeyedCommand.test(1), KeyedCommand.test(2)]
        let unit = chronicle.add([.messageSent(Message(text: "Hello"))], commands: keys)
        #expect(try house.commit([unit]) == [.conflict])
        for key in keys {
            #expect(try house.store.answer(to: key.name, fingerprint: key.key.fingerprint) == .new)
        }
    }

    @Test func `of several keys one that is known takes the others back`() throws {
        let house = try SQLiteHouse()
        var chronicle = Chronicle(1)
        try house.commit([chronicle.open()])
        let known = KeyedCommand.test(2)
        try house.commit([chronicle.add([.messageSent(Message(text: "first"))], commands: [known])])
        let keys = [KeyedCommand.test(1), known, KeyedCommand.test(3)]
        let unit = chronicle.add([.messageSent(Message(text: "second"))], commands: keys)
        #expect(try house.commit([unit]) == [.known(index: 1, known.receipt)])
        #expect(try house.store.answer(to: keys[0].name, fingerprint: keys[0].key.fingerprint) == .new)
        #expect(try house.store.answer(to: keys[2].name, fingerprint: keys[2].key.fingerprint) == .new)
    }

    @Test func `a transaction that was taken back leaves no hint`() throws {
        let house = try SQLiteHouse()
        var chronicle = Chronicle(1)
        try house.commit([chronicle.open()])
        #expect(house.store.rowHints.withLock { $0[1]?.version } == 1)
        try house.store.write { db in try db.execute(sql: "ALTER TABLE commandKey RENAME TO away") }
        let unit = chronicle.add([.messageSent(Message(text: "Hello"))], commands: [KeyedCommand.test(1)])
        #expect(throws: StoreError.self) { try house.commit([unit]) }
        #expect(house.store.rowHints.withLock { $0[1] } == nil)
        try house.store.write { db in try db.execute(sql: "ALTER TABLE away RENAME TO commandKey") }
        #expect(try house.commit([unit]) == [.stored])
    }

    @Test func `what lists look for is written whenever it changes`() throws {
        let house = try SQLiteHouse()
        var chronicle = Chronicle(1)
        try house.commit([chronicle.open()])
        try house.commit([chronicle.add([.claimed], by: .member(Chronicle.anna))])
        #expect(try house.store.list(.mine(Chronicle.anna), after: nil, limit: 9).map(\.id) == [CaseID(1)])
        try house.commit([chronicle.add([.released], by: .member(Chronicle.anna))])
        #expect(try house.store.list(.mine(Chronicle.anna), after: nil, limit: 9).isEmpty)
        #expect(try house.store.list(.unassigned(Chronicle.team), after: nil, limit: 9).map(\.id) == [CaseID(1)])
        chronicle.due = Chronicle.start + .seconds(5)
        try house.commit([chronicle.add([.messageSent(Message(text: "Hello"))])])
        let due = try house.store.due(at: Chronicle.start + .seconds(5), after: nil, limit: 9)
        #expect(due.map(\.id) == [CaseID(1)])
    }
}
