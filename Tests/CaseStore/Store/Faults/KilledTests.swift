import CaseMachine
import Foundation
import GRDB
import TestSupport
import Testing

@testable import CaseStore

/// What a process leaves behind that is killed (SIGKILL) while it commits.
@Suite(.serialized) struct KilledTests {
    // covers: B1
    @Test(arguments: SQLiteStore.CommitStep.allCases, [1, 7, 64])
    func `killed at any step, what was acknowledged is there and nothing is half`(
        _ step: SQLiteStore.CommitStep, _ batch: Int
    ) throws {
        let house = try VaultHouse()
        let victim = try Victim(["run", house.directory.path, "\(batch)", "5", step.rawValue])
        let lines = victim.lines()
        #expect(victim.end() == SIGKILL)
        #expect(lines == ["open", "1", "2", "3", "4"])
        let found = try batches(house, of: batch)
        // The fifth was written if the COMMIT had come back, though nobody was told.
        #expect(found == (step == .afterCommit ? 5 : 4))
    }

    // covers: B1
    @Test(arguments: 1...12)
    func `killed at any moment, what was acknowledged is there and nothing is half`(_ seed: Int) throws {
        let house = try VaultHouse()
        var random = SeededRandom(seed: UInt64(seed))
        let batch = [1, 16, 200][seed % 3]
        let victim = try Victim(["run", house.directory.path, "\(batch)", "1000000"])
        let lines = victim.lines(Int.random(in: 2...20, using: &random))
        usleep(UInt32.random(in: 0...20_000, using: &random))
        victim.kill()
        let acknowledged = try #require((lines + victim.lines()).compactMap { Int($0) }.last)
        victim.end()
        let found = try batches(house, of: batch)
        #expect(found == acknowledged || found == acknowledged + 1)
    }

    /// The making of the house and of its keys takes some 30 syncs.
    // covers: B1
    @Test(arguments: [35, 40, 57])
    func `when a sync fails, the process says so and ends, and what was acknowledged is there`(_ sync: Int) throws {
        let house = try VaultHouse()
        let victim = try Victim(
            ["run", house.directory.path, "4", "1000"],
            under: ["strace", "-f", "-o", "/dev/null", "-e", "inject=fdatasync:error=EIO:when=\(sync)"])
        let lines = victim.lines()
        #expect(victim.end() == 1)
        #expect(lines.last?.contains("The disk fails under the database") == true)
        let acknowledged = lines.compactMap { Int($0) }.last ?? 0
        #expect(acknowledged > 0)
        let found = try batches(house, of: 4)
        #expect(found == acknowledged || found == acknowledged + 1)
    }

    /// How many whole batches are in the database that was left behind; checks all that is in it.
    private func batches(_ house: VaultHouse, of batch: Int) throws -> Int {
        let store = try SQLiteStore(house.directory, try house.open())
        let cases = (1...batch).map { CaseID(Int64($0)) }
        let loaded = try store.load(cases).map { try $0.get() }
        // The opening and the first message stand before the batches.
        let versions = Set(loaded.map(\.version))
        #expect(versions.count == 1, "a batch is in the log by half")
        for item in loaded {
            let page = try store.events(of: item.id, for: .team, after: 0, limit: 1_000_000).get()
            #expect(page.head == item.version && page.events.count == Int(item.version))
            #expect(Heads(item.state) == Heads(team: page.head, guest: page.head))
        }
        let counts = try store.read { db in
            let integrity = try String.fetchOne(db, sql: "PRAGMA integrity_check")
            #expect(integrity == "ok")
            return try [
                Int.fetchOne(db, sql: "SELECT count(*) FROM caseEvent"),
                Int.fetchOne(db, sql: "SELECT count(*) FROM commandKey"),
            ]
        }
        // Each event has come by a command with a key.
        let expected = batch * Int(loaded.first?.version ?? 0)
        #expect(counts == [expected, expected])
        return Int(loaded.first?.version ?? 0) - 2
    }

    @Test func `a second process is told that there is one, and may come when that one is gone`() throws {
        let house = try VaultHouse()
        let victim = try Victim(["run", house.directory.path, "1", "1000000"])
        #expect(victim.lines(3) == ["open", "1", "2"])
        let second = try Victim(["run", house.directory.path, "1", "1"])
        let said = second.lines()
        #expect(second.end() == 1)
        #expect(said.count == 1 && said[0].contains("only one may have it"))
        // The keys are another's, too; so this is what the database itself says.
        let other = try VaultHouse()
        let vault = try other.open()
        let problem = storeError { _ = try SQLiteStore(house.directory, vault) }
        guard case .unavailable(let reason) = problem else { throw UnexpectedTrouble() }
        #expect(reason.contains("Another process has this house's database open"))
        victim.kill()
        victim.end()
        _ = try SQLiteStore(house.directory, try house.open())
    }
}

/// What the body throws, so that a test can compare it.
func storeError(_ body: () throws -> Void) -> StoreError? {
    do {
        try body()
        return nil
    } catch {
        return error as? StoreError
    }
}
