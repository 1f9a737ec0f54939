import CaseMachine
import Foundation
import Glibc
import Testing

@testable import CaseStore

/// A file system of 8 MB in memory, for root only: where it cannot be mounted, the test fails and says so.
private final class SmallDisk {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/foyer-disk-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let code = mount("tmpfs", path, "tmpfs", 0, "size=8m")
        let reason = String(cString: strerror(errno))
        try #require(code == 0, "a full disk cannot be tested without the right to mount a small one: \(reason)")
    }

    /// Takes all room but about `bytes`.
    func fill(leaving bytes: Int) throws {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw UnexpectedTrouble() }
        let free = Int(status.f_bavail) * Int(status.f_bsize)
        try Data(count: max(0, free - bytes)).write(to: URL(filePath: path + "/ballast"))
    }

    func makeRoom() throws { try FileManager.default.removeItem(atPath: path + "/ballast") }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }
}

@Suite struct FullDiskTests {
    // covers: B1
    @Test(arguments: [0, 10_000, 100_000])
    func `a full disk stores nothing of the batch, reads go on, and after room is made so do commits`(
        _ left: Int
    ) throws {
        let disk = try SmallDisk()
        let directory = DataDirectory(path: disk.path)
        let store = try SQLiteStore(directory, try Vault.open(directory, missingMasterKey: .generate))
        var chronicles: [Chronicle] = []
        var units: [CommitUnit] = []
        for id in Int64(1)...20 {
            let (chronicle, unit) = Chronicle.opened(id)
            chronicles.append(chronicle)
            units.append(unit)
        }
        func commit(_ units: [CommitUnit]) throws {
            let outcomes = try store.commit(try store.prepare(units).map { try $0.get() })
            #expect(outcomes == units.map { _ in .stored })
        }
        try commit(units)
        try disk.fill(leaving: left)

        let long = String(repeating: "It hurts since yesterday. ", count: 400)
        var lost: (before: [Chronicle], units: [CommitUnit])?
        for _ in 0..<20 where lost == nil {
            let before = chronicles
            let units = chronicles.indices.map { chronicles[$0].say(long) }
            let problem = storeError { try commit(units) }
            guard let problem else { continue }
            guard case .full(let reason) = problem else { throw problem }
            #expect(reason.contains("No room on the disk"))
            lost = (before, units)
        }
        let (before, again) = try #require(lost, "the disk was never full")
        for round in ["full", "still full", "with room"] {
            for chronicle in before {
                let loaded = try #require(try store.load([chronicle.id]).first).get()
                #expect(loaded.state == chronicle.state && loaded.version == chronicle.version, "\(round)")
                let page = try store.events(of: chronicle.id, for: .guest, after: 0, limit: 1000).get()
                #expect(page.events.count == Int(page.head))
            }
            switch round {
            case "full":
                guard case .full = storeError({ try commit(again) }) else { throw UnexpectedTrouble() }
            case "still full": try disk.makeRoom()
            default: break
            }
        }
        try commit(again)
        #expect(try store.load(chronicles.map(\.id)).map { try $0.get().state } == chronicles.map(\.state))
    }
}
