import CaseStore
import Foundation
import Testing

/// Counts the system calls that make a commit durable, under strace.
@Suite struct SyncTests {
    // covers: B1
    @Test(arguments: [1, 64, 1024])
    func `a commit syncs the log once, whatever is in it, and nothing else`(_ batch: Int) throws {
        let (few, many) = (try syncs(of: batch, commits: 3), try syncs(of: batch, commits: 10))
        #expect(many.log - few.log == 7)
        #expect(many.all - few.all == 7)
    }

    private func syncs(of batch: Int, commits: Int) throws -> (log: Int, all: Int) {
        let house = try VaultHouse()
        let trace = house.directory.path + "/trace"
        let victim = try Victim(
            ["run", house.directory.path, "\(batch)", "\(commits)"],
            under: ["strace", "-f", "-y", "-e", "trace=fsync,fdatasync,sync_file_range,msync", "-o", trace])
        #expect(victim.lines().last == "\(commits)")
        try #require(victim.end() == 0, "strace is missing or not permitted")
        let calls = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
            .filter { $0.contains("sync") }
        return (calls.count { $0.contains("foyer.sqlite-wal>") }, calls.count)
    }
}
