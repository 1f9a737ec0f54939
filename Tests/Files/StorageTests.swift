import Foundation
import Glibc
import TestSupport
import Testing

@testable import Files

@Suite struct StorageTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func store(
        _ content: [UInt8], _ key: FileKey, in storage: LocalFiles, _ spool: Spool
    ) throws -> StorageName {
        let name = StorageName.random()
        let file = try spool.begin(byteCount: Int64(content.count))
        var sealer = try FileSealer(key, into: file)
        for start in stride(from: 0, to: content.count, by: 10_000) {
            try sealer.append(Array(content[start..<min(start + 10_000, content.count)]))
        }
        try sealer.finish()
        try storage.keep(file, as: name)
        return name
    }

    private func path(_ name: StorageName) -> String { "\(folder.path)/files/\(name.description.prefix(2))/\(name)" }

    private func entries(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    // covers: S0.24, B9
    @Test(arguments: [1, 65_535, 65_536, 65_537, 131_072, 300_000])
    func `what is stored is sealed, and comes back as it was`(_ count: Int) throws {
        let storage = try LocalFiles(folder.path + "/files")
        let spool = try Spool(LocalFiles.spool(in: folder.path + "/files"))
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let key = try FileKey.random()
        let name = try store(content, key, in: storage, spool)
        var opener = try FileOpener(name, in: storage, key)
        #expect(opener.byteCount == Int64(count))
        #expect(try opener.all(upTo: count) == content)
        let stored = try Data(contentsOf: URL(filePath: path(name)))
        #expect(stored.range(of: Data(content.prefix(32))) == nil || count < 32)
        #expect(try entries(LocalFiles.spool(in: folder.path + "/files")) == [])
        #expect(throws: FilesError.self) {
            var opener = try FileOpener(name, in: storage, try FileKey.random())
            _ = try opener.all(upTo: count)
        }
        try storage.remove(name)
        try storage.remove(name)
        #expect(throws: FilesError.missing) { try storage.byteCount(of: name) }
    }

    // covers: B9
    @Test func `a file that was shortened, lengthened, changed or put together anew is known as such`() throws {
        let storage = try LocalFiles(folder.path + "/files")
        let spool = try Spool(LocalFiles.spool(in: folder.path + "/files"))
        let key = try FileKey.random()
        let name = try store([UInt8](repeating: 7, count: 200_000), key, in: storage, spool)
        let good = try Data(contentsOf: URL(filePath: path(name)))
        let sealed = FileSealer.chunkBytes + FileSealer.tagBytes
        var changes: [Data] = [
            good.dropLast(), good.prefix(1 + 3 * sealed), good.prefix(1 + sealed), good + [0],
            Data([2]) + good.dropFirst(),
        ]
        var flipped = good
        flipped[100] ^= 1
        changes.append(flipped)
        // Two chunks in the other order.
        let (first, second) = (good[1..<(1 + sealed)], good[(1 + sealed)..<(1 + 2 * sealed)])
        changes.append(good.prefix(1) + second + first + good.dropFirst(1 + 2 * sealed))
        for change in changes {
            try change.write(to: URL(filePath: path(name)))
            #expect(throws: FilesError.tampered) {
                var opener = try FileOpener(name, in: storage, key)
                _ = try opener.all(upTo: 1 << 20)
            }
        }
    }

    // covers: B9
    @Test func `an upload that ends leaves nothing, and a new start removes what a dead process has left`() throws {
        let spool = try Spool(folder.path + "/incoming")
        do {
            let file = try spool.begin(byteCount: 10)
            try file.append([1, 2, 3])
            #expect(try entries(folder.path + "/incoming").count == 1)
        }
        #expect(try entries(folder.path + "/incoming") == [])
        let left = folder.path + "/incoming/\(StorageName.random())"
        try Data([1]).write(to: URL(filePath: left))
        try Data([1]).write(to: URL(filePath: folder.path + "/incoming/not-ours"))
        _ = try Spool(folder.path + "/incoming")
        #expect(try entries(folder.path + "/incoming") == ["not-ours"])
    }

    @Test func `what would not leave the reserve free is refused before its first byte`() throws {
        let spool = try Spool(folder.path + "/incoming", reserveBytes: 1 << 60)
        #expect(throws: FilesError.full) { try spool.begin(byteCount: 1) }
        #expect(try entries(folder.path + "/incoming") == [])
    }

    @Test func `a name is 32 small hexadecimal digits and nothing else`() {
        let name = StorageName.random()
        #expect(StorageName(name.description) == name && StorageName(bytes: name.bytes) == name)
        for text in [
            "", "../../etc/passwd", name.description.uppercased() + "0", name.description + "/",
            String(repeating: "G", count: 32),
        ] {
            #expect(StorageName(text) == nil)
        }
        #expect(Set((0..<1000).map { _ in StorageName.random() }).count == 1000)
    }
}
