import Foundation
import GRDB
import Testing

@testable import CaseStore

@Suite struct VaultTests {
    private let place = SealedPlace(.case(1, of: 1), column: 1, row: 1)

    @Test(arguments: DatabaseKind.allCases)
    func `keys are there again after a restart`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let blob = try Sealer(try house.founded()).seal("Hello", at: place)
        #expect(try Sealer(try house.open()).open(blob, at: place) == Array("Hello".utf8))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `creating keys twice keeps the first ones`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let vault = try house.founded()
        let blob = try Sealer(vault).seal("Hello", at: place)
        try vault.createKeys(for: VaultHouse.owners)
        try vault.createKeys(for: [.case(1, of: 1), .case(4, of: 1), .case(4, of: 1)])
        #expect(try Sealer(vault).open(blob, at: place) == Array("Hello".utf8))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a batch that fails makes no key at all`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let vault = try house.founded()
        let batch: [KeyOwner] = [.case(10, of: 1), .case(11, of: 3)]
        #expect(vaultError { try vault.createKeys(for: batch) } == .unknownKey)
        #expect(vaultError { _ = try vault.key(of: .case(10, of: 1)) } == .unknownKey)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `ids of keys are unique and grow`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let vault = try house.founded()
        let ids = try VaultHouse.owners.map { try vault.key(of: $0).id }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
    }

    @Test func `an older key file put back does not give ids a second time`() throws {
        let house = try VaultHouse()
        let table = try KeyTable(path: house.directory.path + "/one.sqlite")
        let id = try table.read { db in try table.nextID(db) }
        #expect(id > 1_700_000_000 << 20)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `the cache keeps its bound, and what was evicted is found again`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let vault = try house.open(cachedKeys: 4)
        let owners = (Int64(1)...30).map { KeyOwner.case($0, of: 1) }
        try vault.createKeys(for: [.organisation(1)] + owners)
        #expect(vault.cachedKeyCount == 4)
        let ids = try owners.map { try vault.key(of: $0).id }
        #expect(Set(ids).count == 30)
        #expect(vault.cachedKeyCount == 4)
    }

    @Test func `a wrapped key moved to another case is found`() throws {
        let house = try VaultHouse()
        var vault: Vault? = try house.founded()
        _ = vault
        vault = nil
        let queue = try DatabaseQueue(path: house.directory.keyFile)
        try queue.write { db in
            try db.execute(
                sql: """
                    UPDATE wrappedKey SET slot = (
                        SELECT slot FROM wrappedKey WHERE organisation = 1 AND scope = 1 AND subject = 2)
                    WHERE organisation = 1 AND scope = 1 AND subject = 1
                    """)
        }
        try queue.close()
        let opened = try house.open()
        #expect(vaultError { _ = try opened.key(of: .case(1, of: 1)) } == .tampered)
        #expect(vaultError { _ = try opened.key(of: .case(2, of: 1)) } == nil)
    }

    @Test func `a second process is refused while the first has the key file`() throws {
        let house = try VaultHouse()
        let vault = try house.founded()
        let error = vaultError { _ = try house.open() }
        #expect(error?.description.contains("in use by another process") == true)
        _ = try vault.key(of: .organisation(1))
    }

    @Test func `a damaged key file is refused, and left as it is`() throws {
        let house = try VaultHouse()
        _ = try house.founded()
        let garbage = Data(repeating: 0x5A, count: 9000)
        try garbage.write(to: URL(filePath: house.directory.keyFile))
        let error = vaultError { _ = try house.open() }
        #expect(error?.description.contains(house.directory.keyFile) == true)
        #expect(try Data(contentsOf: URL(filePath: house.directory.keyFile)) == garbage)
    }

    @Test func `data without its keys does not get new ones`() throws {
        let house = try VaultHouse()
        try Data("data".utf8).write(to: URL(filePath: house.directory.database))
        let error = vaultError { _ = try house.open() }
        #expect(error?.description.contains("that open it are missing") == true)
        #expect(!FileManager.default.fileExists(atPath: house.directory.keyFile))
        #expect(!FileManager.default.fileExists(atPath: house.directory.masterKey))
    }

    @Test func `keys and their folder are closed to others`() throws {
        let house = try VaultHouse()
        let vault = try house.founded()
        #expect(try house.mode(of: house.directory.keyFile + "-wal") == 0o600)
        _ = vault
        #expect(try house.mode(of: house.directory.keys) == 0o700)
        #expect(try house.mode(of: house.directory.keyFile) == 0o600)
        #expect(try house.mode(of: house.directory.masterKey) == 0o600)
    }
}

@Suite struct MasterKeyFileTests {
    private let house: VaultHouse
    private var path: String { house.directory.masterKey }

    init() throws { house = try VaultHouse() }

    private func refusal() -> String {
        vaultError { _ = try Vault.open(house.directory, missingMasterKey: .refuse) }?.description ?? "accepted"
    }

    @Test func `an absent master key is made only where that is wanted`() throws {
        #expect(refusal().contains("head -c 32 /dev/urandom"))
        #expect(!FileManager.default.fileExists(atPath: path))
        _ = try house.open()
        #expect(try Data(contentsOf: URL(filePath: path)).count == 32)
        #expect(try FileManager.default.contentsOfDirectory(atPath: house.directory.keys).allSatisfy { $0.count < 20 })
        #expect(refusal() == "accepted")
    }

    @Test func `no new master key is made for keys that are there`() throws {
        _ = try house.founded()
        try FileManager.default.removeItem(atPath: path)
        let error = vaultError { _ = try house.open() }
        #expect(error?.description.contains("is missing. Put it back.") == true)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: [0o644, 0o640, 0o604, 0o620, 0o606, 0o777, 0o700])
    func `a master key that others may use is refused, with what to do`(mode: Int) throws {
        _ = try house.open()
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        #expect(refusal().contains("chmod 600 '\(path)'"))
    }

    @Test func `a master key may be read-only`() throws {
        _ = try house.open()
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
        #expect(refusal() == "accepted")
    }

    @Test(arguments: [0, 31, 33, 64])
    func `a master key of another length is refused`(count: Int) throws {
        _ = try house.open()
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.truncate(atOffset: UInt64(count))
        try handle.close()
        #expect(refusal().contains("\(count) bytes instead of 32"))
    }

    @Test(.enabled(if: geteuid() == 0, "only root may give files away"))
    func `a master key of another user is refused`() throws {
        _ = try house.open()
        try #require(chown(path, 65534, 65534) == 0)
        #expect(refusal().contains("belongs to user 65534"))
    }

    @Test func `a folder in place of the master key is refused`() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        #expect(refusal().contains("is not a file"))
    }

    @Test func `the master key of another house is recognised`() throws {
        _ = try house.founded()
        let other = try VaultHouse()
        _ = try other.open()
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: other.directory.masterKey, toPath: path)
        #expect(refusal().contains("not the master key"))
    }

    @Test func `a secret file is never replaced`() throws {
        _ = try house.open()
        let before = try Data(contentsOf: URL(filePath: path))
        let file = SecretFile(path: path, name: "master key")
        #expect(vaultError { try file.create(try SecretBytes.random()) } != nil)
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }
}
