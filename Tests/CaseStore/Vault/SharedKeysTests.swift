import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CaseStore

/// Nodes that share their keys in PostgreSQL.
@Suite struct SharedKeysTests {
    private let one: VaultHouse
    private let other: VaultHouse
    private let vaults: [Vault]
    private let text = Array("It burns.".utf8)

    init() throws {
        one = try VaultHouse(.postgres)
        let first = try one.founded()
        other = try VaultHouse(nodeOf: one)
        vaults = [first, try other.open(missingMasterKey: .refuse)]
    }

    private func place(_ owner: KeyOwner) -> SealedPlace { SealedPlace(owner, column: 1, row: 1) }

    @Test func `what one node has sealed, the other opens`() throws {
        for owner in VaultHouse.owners {
            let blob = try Sealer(vaults[0]).seal(text, at: place(owner))
            #expect(try Sealer(vaults[1]).open(blob, at: place(owner)) == text)
        }
    }

    @Test func `of many nodes that make one owner's key at once, all have the same`() throws {
        let nodes = try vaults + (0..<2).map { _ in try VaultHouse(nodeOf: one).open(missingMasterKey: .refuse) }
        for round in Int64(0)..<25 {
            let organisation = 100 + round
            // Not in the same order: they must not wait for each other in a ring.
            let owners: [KeyOwner] = [.organisation(organisation)] + (1...5).map { .case($0, of: organisation) }
            let failures = Mutex<[String]>([])
            DispatchQueue.concurrentPerform(iterations: nodes.count) { index in
                let ordered = index.isMultiple(of: 2) ? owners : [owners[0]] + owners.dropFirst().reversed()
                do { try nodes[index].createKeys(for: ordered) } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
            #expect(failures.withLock { $0 } == [])
            for owner in owners {
                #expect(try Set(nodes.map { try $0.key(of: owner).id }).count == 1)
                let blob = try Sealer(nodes[0]).seal(text, at: place(owner))
                for node in nodes { #expect(try Sealer(node).open(blob, at: place(owner)) == text) }
            }
        }
    }

    private static let erasures: [(name: String, erase: @Sendable (Vault) throws -> Void, gone: Set<KeyOwner>)] = [
        ("a case", { try $0.destroy(caseKey: 1, of: 1) }, [.case(1, of: 1)]),
        ("a guest", { try $0.destroy(guestKey: 1, of: 1) }, [.guest(1, of: 1)]),
        (
            "an organisation", { try $0.destroy(organisationKey: 1) },
            Set(VaultHouse.owners.filter { $0.organisation == 1 })
        ),
    ]

    // covers: B9
    @Test(arguments: erasures.indices)
    func `a key destroyed on one node is forgotten by the other at its next look, and no other key is`(
        _ index: Int
    ) throws {
        let erasure = Self.erasures[index]
        let sealer = try Sealer(vaults[1])
        var blobs: [KeyOwner: [UInt8]] = [:]
        for owner in VaultHouse.owners { blobs[owner] = try sealer.seal(text, at: place(owner)) }
        #expect(try !vaults[1].refresh())
        try erasure.erase(vaults[0])
        #expect(try vaults[1].refresh())
        #expect(try !vaults[1].refresh())
        for (owner, blob) in blobs {
            let error = vaultError { _ = try sealer.open(blob, at: place(owner)) }
            #expect(error == (erasure.gone.contains(owner) ? .destroyed : nil), "\(owner)")
        }
    }

    @Test func `when more is destroyed than is listed, all keys are forgotten and found again`() throws {
        let cases = (1...Int64(KeyServer.destructionsAtOnce + 1)).map { KeyOwner.case(1000 + $0, of: 1) }
        try vaults[0].createKeys(for: cases)
        for owner in [cases[0], .case(1, of: 1)] { _ = try vaults[1].key(of: owner) }
        try vaults[0].destroy(cases)
        #expect(try vaults[1].refresh())
        #expect(vaults[1].cachedKeyCount == 0)
        #expect(vaultError { _ = try vaults[1].key(of: cases[0]) } == .destroyed)
        _ = try vaults[1].key(of: .case(1, of: 1))
    }

    @Test func `a key that is destroyed while it is made is destroyed, or was there first`() throws {
        for number in Int64(1)...40 {
            let owner = KeyOwner.case(2000 + number, of: 1)
            let vaults = vaults
            let refusals = Mutex<[VaultError?]>([])
            DispatchQueue.concurrentPerform(iterations: 2) { index in
                let error = vaultError {
                    if index == 0 { try vaults[0].createKeys(for: [owner]) } else { try vaults[1].destroy([owner]) }
                }
                refusals.withLock { $0.append(error) }
            }
            #expect(refusals.withLock { $0 }.allSatisfy { $0 == nil || $0 == .destroyed })
            _ = try vaults[0].refresh()
            #expect(vaultError { _ = try vaults[0].key(of: owner) } == .destroyed)
        }
    }

    @Test func `a node that cannot ask for a minute forgets its keys`() throws {
        let url = try SharedPostgres.schema()
        let vault = try Vault.open(url, one.directory, missingMasterKey: .refuse)
        try vault.createKeys(for: [.organisation(1)])
        let connection = try PostgresConnection(url, PostgresSettings())
        try connection.run("ALTER TABLE keyFact RENAME TO away")
        let now = ContinuousClock.now
        #expect(vaultError { try vault.refresh(at: now) } != nil)
        _ = try vault.key(of: .organisation(1))
        #expect(vault.cachedKeyCount == 1)
        #expect(vaultError { try vault.refresh(at: now + Vault.longestUnheard + .seconds(1)) } != nil)
        #expect(vault.cachedKeyCount == 0)
        try connection.run("ALTER TABLE away RENAME TO keyFact")
        _ = try vault.refresh()
        _ = try vault.key(of: .organisation(1))
    }

    // MARK: The master key

    @Test func `a node without the master key is refused, and told to copy it`() throws {
        let third = try VaultHouse(nodeOf: one)
        try FileManager.default.removeItem(atPath: third.directory.masterKey)
        let error = vaultError { _ = try third.open() }
        #expect(error?.description.contains("Copy the one of another node") == true)
        #expect(!FileManager.default.fileExists(atPath: third.directory.masterKey))
    }

    @Test func `a node with another master key is refused, also where there are no keys yet`() throws {
        let stranger = try VaultHouse()
        _ = try stranger.open()
        let empty = try SharedPostgres.schema()
        _ = try Vault.open(empty, one.directory, missingMasterKey: .refuse)
        for url in [try #require(one.keysURL), empty] {
            let error = vaultError { _ = try Vault.open(url, stranger.directory, missingMasterKey: .refuse) }
            #expect(error?.description.contains("All nodes need the same") == true)
        }
    }

    @Test func `a rotation waits until its key was made and put on all nodes`() throws {
        let error = vaultError { try vaults[0].rotateMasterKey() }
        #expect(error?.description.contains("put the same file on all nodes") == true)
        try vaults[0].prepareRotation()
        let next = try Data(contentsOf: URL(filePath: one.directory.nextMasterKey))
        try vaults[0].prepareRotation()
        #expect(try Data(contentsOf: URL(filePath: one.directory.nextMasterKey)) == next)
        // Neither a start nor a key that is made begins it.
        _ = try one.open(missingMasterKey: .refuse)
        try vaults[0].createKeys(for: [.organisation(50)])
        let third = try VaultHouse(nodeOf: one)
        _ = try third.open(missingMasterKey: .refuse).key(of: .organisation(50))
    }

    @Test func `nodes that serve go through a rotation and finish it each for itself`() throws {
        var blobs: [KeyOwner: [UInt8]] = [:]
        for owner in VaultHouse.owners { blobs[owner] = try Sealer(vaults[0]).seal(text, at: place(owner)) }
        let small = try Vault.open(
            try #require(one.keysURL), other.directory, missingMasterKey: .refuse, cachedKeys: 1)
        try vaults[0].prepareRotation()
        try other.copySecret(\.nextMasterKey, from: one)
        try vaults[0].rotateMasterKey()
        // What is wrapped by the next master key, the others open with the file that was put there.
        for vault in [vaults[1], small] {
            for (owner, blob) in blobs { #expect(try Sealer(vault).open(blob, at: place(owner)) == text) }
        }
        // What they make, those open that have the next master key only.
        try small.createKeys(for: [.organisation(60), .case(1, of: 60)])
        _ = try one.open(missingMasterKey: .refuse).key(of: .case(1, of: 60))
        try vaults[1].rotateMasterKey()
        for house in [one, other] {
            #expect(!FileManager.default.fileExists(atPath: house.directory.nextMasterKey))
            #expect(!FileManager.default.fileExists(atPath: house.directory.oldMasterKey))
        }
        let keys = try [one, other].map { try Data(contentsOf: URL(filePath: $0.directory.masterKey)) }
        #expect(keys[0] == keys[1])
        for house in [one, other] {
            let vault = try house.open(missingMasterKey: .refuse)
            for (owner, blob) in blobs { #expect(try Sealer(vault).open(blob, at: place(owner)) == text) }
        }
    }

    @Test func `a node that was down during the rotation completes it at its start`() throws {
        try vaults[0].prepareRotation()
        try other.copySecret(\.nextMasterKey, from: one)
        try vaults[0].rotateMasterKey()
        _ = try other.open(missingMasterKey: .refuse).key(of: .organisation(1))
        #expect(!FileManager.default.fileExists(atPath: other.directory.nextMasterKey))
        // And one to which nobody has brought the key does not start.
        let late = try VaultHouse(nodeOf: other)
        try FileManager.default.removeItem(atPath: late.directory.masterKey)
        try SecretFile(path: late.directory.masterKey, name: "master key").create(try SecretBytes.random())
        #expect(vaultError { _ = try late.open() }?.description.contains("All nodes need the same") == true)
    }

    @Test func `keys of a later release are refused`() throws {
        let url = try SharedPostgres.schema()
        _ = try Vault.open(url, one.directory, missingMasterKey: .refuse)
        try PostgresConnection(url, PostgresSettings()).runScript("UPDATE keyFact SET value = 2 WHERE name = 'shape'")
        let error = vaultError { _ = try Vault.open(url, one.directory, missingMasterKey: .refuse) }
        #expect(error?.description.contains("later release") == true)
    }

    @Test func `an organisation that is founded during a rotation is wrapped by the key that comes`() throws {
        try vaults[0].prepareRotation()
        try other.copySecret(\.nextMasterKey, from: one)
        let rotation = vaults[0].rotation()
        #expect(try rotation.advance() == .wrapped(2))
        // By a node that has not begun.
        try vaults[1].createKeys(for: [.organisation(70)])
        while try rotation.advance() != .done {}
        _ = try one.open(missingMasterKey: .refuse).key(of: .organisation(70))
    }

    @Test func `two nodes that rotate at once end with one key, and all is readable`() throws {
        try vaults[0].createKeys(for: (100..<400).map { .organisation($0) })
        try vaults[0].prepareRotation()
        try other.copySecret(\.nextMasterKey, from: one)
        let vaults = vaults
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 2) { index in
            do { try vaults[index].rotateMasterKey() } catch { failures.withLock { $0.append("\(error)") } }
        }
        #expect(failures.withLock { $0 } == [])
        for house in [one, other] {
            let vault = try house.open(missingMasterKey: .refuse)
            for number in Int64(100)..<400 { _ = try vault.key(of: .organisation(number)) }
        }
    }

    // MARK: What is left behind

    // covers: B9
    @Test func `after the table was written anew, no byte of a destroyed key is in the database's files`() throws {
        let (database, files) = try SharedPostgres.database()
        let url = try PostgresURL(database.url)
        let house = try VaultHouse(keys: url)
        let vault = try house.open()
        let keys = try KeyTurnover(vault, rounds: 6)
        try vault.removeTraces()
        try PostgresConnection(url, PostgresSettings()).runScript("CHECKPOINT")
        var bytes: [UInt8] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: files) {
            bytes += try Data(contentsOf: URL(filePath: files + "/" + name))
        }
        keys.expectErasure(from: FileContents(bytes), ofMoreThan: 50)
    }

    @Test func `an id of a key is never given out twice, also after an older copy was put back`() throws {
        let url = try SharedPostgres.schema()
        let vault = try Vault.open(url, one.directory, missingMasterKey: .refuse)
        try vault.createKeys(for: [.organisation(1)])
        #expect(try vault.key(of: .organisation(1)).id > 1_700_000_000 << 20)
    }
}
