import Foundation
import Testing

@testable import CaseStore

@Suite struct RotationTests {
    private let organisations = Array(Int64(1)...600)

    private func place(_ organisation: Int64) -> SealedPlace {
        SealedPlace(.organisation(organisation), column: 1, row: 1)
    }

    private func isReadable(_ blobs: [(Int64, [UInt8])], by vault: Vault) throws -> Bool {
        let sealer = try Sealer(vault)
        return try blobs.allSatisfy { try sealer.open($0.1, at: place($0.0)) == [1, 2, 3] }
    }

    private func sealed(_ house: VaultHouse) throws -> [(Int64, [UInt8])] {
        let vault = try house.open()
        try vault.createKeys(for: organisations.map { .organisation($0) })
        let sealer = try Sealer(vault)
        return try organisations.map { ($0, try sealer.seal([1, 2, 3], at: place($0))) }
    }

    private func rotate(_ vault: Vault) throws {
        try vault.prepareRotation()
        try vault.rotateMasterKey()
    }

    private func names(_ house: VaultHouse) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: house.directory.keys).filter { $0.hasPrefix("master") }
            .sorted()
    }

    @Test(arguments: DatabaseKind.allCases)
    func `all is readable after a rotation, by the new key alone`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let blobs = try sealed(house)
        let oldKey = try Data(contentsOf: URL(filePath: house.directory.masterKey))
        do {
            let vault = try house.open()
            try rotate(vault)
            #expect(try isReadable(blobs, by: vault))
        }
        #expect(try names(house) == ["master.key"])
        #expect(try Data(contentsOf: URL(filePath: house.directory.masterKey)) != oldKey)
        #expect(try house.mode(of: house.directory.masterKey) == 0o600)
        #expect(try isReadable(blobs, by: try house.open()))
    }

    @Test func `the keys as the old master key wrapped them are in no file`() throws {
        let house = try VaultHouse()
        let blobs = try sealed(house)
        let vault = try house.open()
        let before = try organisations.map { try #require(try vault.wrappedKey(of: .organisation($0))) }
        try rotate(vault)
        let contents = try house.keyFileContents()
        #expect(before.allSatisfy { !contents.hold(anyOf: $0) })
        #expect(try isReadable(blobs, by: vault))
    }

    /// 600 organisations make three steps of wrapping; with those around them, eight in all.
    @Test(arguments: 0...8, DatabaseKind.allCases)
    func `a rotation that died after any step leaves all readable, and opening completes it`(
        steps: Int, _ kind: DatabaseKind
    ) throws {
        let house = try VaultHouse(kind)
        let blobs = try sealed(house)
        var taken: [MasterKeyRotation.Step] = []
        do {
            let vault = try house.open()
            let rotation = vault.rotation()
            while taken.count < steps, taken.last != .done { taken.append(try rotation.advance()) }
            #expect(try isReadable(blobs, by: vault), "in the process that rotates")
        }
        do {
            let asItIs =
                switch kind {
                case .sqlite: try Vault.openAsItIs(house.directory, missingMasterKey: .refuse)
                case .postgres: try house.open(missingMasterKey: .refuse)
                }
            #expect(try isReadable(blobs, by: asItIs), "in the middle of it, after \(taken)")
            try asItIs.createKeys(for: [.organisation(1000)])
        }
        let vault = try house.open(missingMasterKey: .refuse)
        // Where nodes share the keys, a next master key waits until somebody says that all have it.
        let isWaiting = kind == .postgres && steps == 1
        #expect(try names(house) == (isWaiting ? ["master.key", "master.key.next"] : ["master.key"]))
        #expect(try isReadable(blobs, by: vault))
        _ = try vault.key(of: .organisation(1000))
        let expected: [MasterKeyRotation.Step] = [
            .madeNext, .wrapped(256), .wrapped(256), .wrapped(88), .keptOld, .replaced, .done,
        ]
        #expect(taken == Array(expected.prefix(steps)))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `an organisation founded during a rotation is wrapped by the new key`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        _ = try sealed(house)
        do {
            let vault = try house.open()
            let rotation = vault.rotation()
            _ = try rotation.advance()
            _ = try rotation.advance()
            try vault.createKeys(for: [.organisation(700)])
            while try rotation.advance() != .done {}
        }
        _ = try house.open().key(of: .organisation(700))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `rotating again and again works`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let blobs = try sealed(house)
        let vault = try house.open()
        for _ in 0..<3 { try rotate(vault) }
        #expect(try isReadable(blobs, by: vault))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `an erased organisation stays erased through a rotation`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        _ = try sealed(house)
        let vault = try house.open()
        try vault.destroy(organisationKey: 5)
        try rotate(vault)
        #expect(vaultError { _ = try vault.key(of: .organisation(5)) } == .destroyed)
    }
}
