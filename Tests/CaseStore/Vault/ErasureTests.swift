import Foundation
import TestSupport
import Testing

@testable import CaseStore

/// What destroying a key does. The blobs that the tests keep stand for a copy of the data taken before.
@Suite struct ErasureTests {
    private let text = Array("It burns.".utf8)

    private func sealedEverywhere(_ sealer: Sealer) throws -> [KeyOwner: [UInt8]] {
        var blobs: [KeyOwner: [UInt8]] = [:]
        for owner in VaultHouse.owners { blobs[owner] = try sealer.seal(text, at: place(owner)) }
        return blobs
    }

    private func place(_ owner: KeyOwner) -> SealedPlace { SealedPlace(owner, column: 1, row: 1) }

    /// Who can still be read, and that all others answer "destroyed".
    private func readable(_ blobs: [KeyOwner: [UInt8]], _ sealer: Sealer) -> Set<KeyOwner> {
        var readable: Set<KeyOwner> = []
        for (owner, blob) in blobs {
            let error = vaultError { _ = try sealer.open(blob, at: place(owner)) }
            if error == nil { readable.insert(owner) } else { #expect(error == .destroyed) }
        }
        return readable
    }

    private static let erasures: [(name: String, erase: @Sendable (Vault) throws -> Void, gone: Set<KeyOwner>)] = [
        ("a case", { try $0.destroy(caseKey: 1, of: 1) }, [.case(1, of: 1)]),
        ("a guest", { try $0.destroy(guestKey: 1, of: 1) }, [.guest(1, of: 1)]),
        (
            "an organisation", { try $0.destroy(organisationKey: 1) },
            [.organisation(1), .case(1, of: 1), .case(2, of: 1), .case(3, of: 1), .guest(1, of: 1)]
        ),
        (
            "several at once", { try $0.destroy([.case(1, of: 2), .case(3, of: 1)]) },
            [.case(1, of: 2), .case(3, of: 1)]
        ),
    ]

    // covers: B9
    @Test(arguments: erasures.indices, DatabaseKind.allCases)
    func `erasing makes earlier copies unreadable, and nothing else`(index: Int, _ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let erasure = Self.erasures[index]
        let left = Set(VaultHouse.owners).subtracting(erasure.gone)
        let blobs: [KeyOwner: [UInt8]]
        do {
            let vault = try house.founded()
            let sealer = try Sealer(vault)
            blobs = try sealedEverywhere(sealer)
            #expect(readable(blobs, sealer).count == blobs.count)
            try erasure.erase(vault)
            #expect(readable(blobs, sealer) == left, "the sealer that sealed it")
            #expect(readable(blobs, try Sealer(vault)) == left, "a new sealer")
            for owner in erasure.gone {
                #expect(vaultError { _ = try sealer.seal(text, at: place(owner)) } == .destroyed)
                #expect(vaultError { try vault.createKeys(for: [owner]) } == .destroyed)
            }
        }
        #expect(readable(blobs, try Sealer(try house.open())) == left, "after a restart")
    }

    @Test(arguments: DatabaseKind.allCases)
    func `another sealer that holds the key's schedule loses it at once`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let vault = try house.founded()
        let holder = try Sealer(vault)
        let blob = try holder.seal(text, at: place(.case(1, of: 1)))
        _ = try holder.open(blob, at: place(.case(1, of: 1)))
        try vault.destroy(caseKey: 1, of: 1)
        #expect(vaultError { _ = try holder.seal(text, at: place(.case(1, of: 1))) } == .destroyed)
        #expect(vaultError { _ = try holder.open(blob, at: place(.case(1, of: 1))) } == .destroyed)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `erasing twice, or what never was, is harmless and lasts`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let vault = try house.founded()
        try vault.destroy(caseKey: 1, of: 1)
        try vault.destroy(caseKey: 1, of: 1)
        try vault.destroy(caseKey: 44, of: 1)
        #expect(vaultError { try vault.createKeys(for: [.case(44, of: 1)]) } == .destroyed)
        #expect(vaultError { _ = try Sealer(vault).seal(text, at: place(.case(45, of: 1))) } == .unknownKey)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a case cannot be added to an erased organisation`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let vault = try house.founded()
        try vault.destroy(organisationKey: 1)
        #expect(vaultError { try vault.createKeys(for: [.case(50, of: 1)]) } == .destroyed)
        #expect(vaultError { try vault.createKeys(for: [.organisation(1)]) } == .destroyed)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `erased look-up hashes cannot be computed any more`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let vault = try house.founded()
        let contact = Contact.phone(try PhoneNumber("+61412345678"))
        _ = try vault.lookupHash(of: contact, organisation: 1)
        try vault.destroy(organisationKey: 1)
        #expect(vaultError { _ = try vault.lookupHash(of: contact, organisation: 1) } == .destroyed)
    }

    // covers: B9
    @Test func `the bytes of a destroyed key are in no file, whatever else the table went through`() throws {
        let house = try VaultHouse()
        // Enough for several pages, so that pages split while others of their keys are destroyed.
        let keys = try KeyTurnover(house.open(), rounds: 30)
        keys.expectErasure(from: try house.keyFileContents(), ofMoreThan: 100)
    }

    // covers: B9
    @Test func `an organisation's keys leave the files with it`() throws {
        let house = try VaultHouse()
        let vault = try house.founded()
        let table = try Self.slotReader(vault)
        let doomed = try VaultHouse.owners.filter { $0.organisation == 1 }.map(table)
        let left = try table(.organisation(2))
        try vault.destroy(organisationKey: 1)
        let contents = try house.keyFileContents()
        #expect(doomed.allSatisfy { !contents.hold(anyOf: $0) })
        #expect(contents.hold(anyOf: left))
    }

    private static func slotReader(_ vault: Vault) throws -> (KeyOwner) throws -> [UInt8] {
        { owner in try #require(try vault.wrappedKey(of: owner)) }
    }
}
