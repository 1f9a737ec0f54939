import CaseMachine
import Foundation
import TestSupport
import Testing

@testable import CaseStore

/// A house that was closed well, and whose file was then damaged.
@Suite struct DamageTests {
    /// Ten cases with a few messages each; the states as they must be read, or not at all.
    private func written() throws -> (VaultHouse, [CaseID: CaseState]) {
        let house = try VaultHouse()
        let store = try SQLiteStore(house.directory, try house.open())
        var states: [CaseID: CaseState] = [:]
        for id in Int64(1)...10 {
            var (chronicle, opening) = Chronicle.opened(id)
            let units = [opening] + (1...5).map { chronicle.say("message \($0)" + String(repeating: ".", count: 500)) }
            _ = try store.commit(try store.prepare([opening]).map { try $0.get() })
            _ = try store.commit(try store.prepare(Array(units.dropFirst())).map { try $0.get() })
            states[chronicle.id] = chronicle.state
        }
        return (house, states)
    }

    private func change(_ house: VaultHouse, _ body: (inout Data) -> Void) throws {
        let url = URL(filePath: house.directory.database)
        var bytes = try Data(contentsOf: url)
        body(&bytes)
        try bytes.write(to: url)
    }

    private func problem(_ house: VaultHouse) throws -> StoreError? {
        let vault = try house.open()
        return storeError { _ = try SQLiteStore(house.directory, vault) }
    }

    private func fatalReason(_ house: VaultHouse) throws -> String {
        guard case .fatal(let reason) = try problem(house) else { throw UnexpectedTrouble() }
        return reason
    }

    @Test func `a house that was closed well leaves one file, and opens again`() throws {
        let (house, states) = try written()
        #expect(!FileManager.default.fileExists(atPath: house.directory.database + "-wal"))
        let store = try SQLiteStore(house.directory, try house.open())
        for (id, state) in states { #expect(try store.load([id]).first?.get().state == state) }
    }

    @Test func `a damaged header is told, and nothing is made anew`() throws {
        for range in [0..<16, 0..<100, 68..<72] {
            let (house, _) = try written()
            try change(house) { bytes in for index in range { bytes[index] = 0xA5 } }
            let damaged = try Data(contentsOf: URL(filePath: house.directory.database))
            let reason = try fatalReason(house)
            #expect(reason.contains("amaged"), "\(reason)")
            #expect(try Data(contentsOf: URL(filePath: house.directory.database)) == damaged)
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5])
    func `a file that was cut off is told`(_ fifths: Int) throws {
        let (house, _) = try written()
        try change(house) { bytes in bytes = bytes.prefix(max(100, bytes.count * (5 - fifths) / 5)) }
        #expect(try fatalReason(house).contains("amaged"))
    }

    @Test func `an empty file is told`() throws {
        let (house, _) = try written()
        try change(house) { $0 = Data() }
        #expect(try fatalReason(house).contains("is an empty file"))
    }

    @Test func `a file that is missing beside its keys or its log is told, and none is made`() throws {
        let (house, _) = try written()
        try FileManager.default.removeItem(atPath: house.directory.database)
        #expect(try fatalReason(house).contains("there are keys"))
        try Data(count: 100).write(to: URL(filePath: house.directory.database + "-wal"))
        #expect(try fatalReason(house).contains("is missing, and its log"))
        #expect(!FileManager.default.fileExists(atPath: house.directory.database))
    }

    @Test func `a file that is none of ours is told`() throws {
        let (house, _) = try written()
        try change(house) { $0 = Data("This is a letter, and a long one.\n".utf8 + Array(repeating: 65, count: 5000)) }
        #expect(try fatalReason(house).contains("does not begin as a database does"))
    }

    @Test func `what an interrupted making left behind is made anew`() throws {
        let house = try VaultHouse()
        let vault = try house.open()
        try Data(count: 5000).write(to: URL(filePath: house.directory.database + ".new"))
        try Data(count: 5000).write(to: URL(filePath: house.directory.database + ".new-wal"))
        _ = try SQLiteStore(house.directory, vault)
        #expect(!FileManager.default.fileExists(atPath: house.directory.database + ".new"))
    }

    // covers: B1
    @Test(arguments: 1...40)
    func `of a file with a damaged page, every case is read right or refused`(_ seed: Int) throws {
        let (house, states) = try written()
        var random = SeededRandom(seed: UInt64(seed))
        try change(house) { bytes in
            let page = Int.random(in: 1..<bytes.count / Migrations.pageBytes, using: &random) * Migrations.pageBytes
            let start = page + (Bool.random(using: &random) ? 0 : Int.random(in: 0..<4000, using: &random))
            for index in start..<min(start + 96, bytes.count) {
                bytes[index] = UInt8.random(in: 0...255, using: &random)
            }
        }
        let problem = storeError { try checkWhatCanBeRead(house, states) }
        // Said and done: the process ends.
        guard case .fatal? = problem else { return #expect(problem == nil) }
    }

    private func checkWhatCanBeRead(_ house: VaultHouse, _ states: [CaseID: CaseState]) throws {
        let store = try SQLiteStore(house.directory, try house.open())
        for (id, state) in states {
            guard let loaded = try? (try store.load([id]))[0].get() else { continue }
            #expect(loaded.state == state)
            let page = try store.events(of: id, for: .team, after: 0, limit: 99)
            if let page = try? page.get() { #expect(page.events.map(\.numbers.forTeam) == Array(1...6)) }
        }
    }
}
