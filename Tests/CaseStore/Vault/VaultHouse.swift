import Foundation
import TestSupport
import Testing

@testable import CaseStore

/// A data directory of a test's own, gone with the test, and with PostgreSQL a schema for the data and one for the keys.
final class VaultHouse {
    let kind: DatabaseKind
    let directory: DataDirectory
    let dataURL: PostgresURL?
    let keysURL: PostgresURL?

    init(_ kind: DatabaseKind = .sqlite) throws {
        self.kind = kind
        directory = try Self.makeDirectory()
        switch kind {
        case .sqlite: (dataURL, keysURL) = (nil, nil)
        case .postgres:
            (dataURL, keysURL) = (try SharedPostgres.schema(), try SharedPostgres.schema())
        }
    }

    /// Another node of the same house, on a machine of its own, to which the secrets were copied.
    init(nodeOf house: VaultHouse) throws {
        kind = house.kind
        directory = try Self.makeDirectory()
        (dataURL, keysURL) = (house.dataURL, house.keysURL)
        try FileManager.default.createDirectory(
            atPath: directory.keys, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for secret in [\DataDirectory.masterKey, \.auditSigningKey] { try copySecret(secret, from: house) }
    }

    /// With keys in this database, whose files are to be looked at.
    init(keys: PostgresURL) throws {
        kind = .postgres
        directory = try Self.makeDirectory()
        (dataURL, keysURL) = (nil, keys)
    }

    func copySecret(_ secret: KeyPath<DataDirectory, String>, from house: VaultHouse) throws {
        guard FileManager.default.fileExists(atPath: house.directory[keyPath: secret]) else { return }
        try FileManager.default.copyItem(
            atPath: house.directory[keyPath: secret], toPath: directory[keyPath: secret])
    }

    private static func makeDirectory() throws -> DataDirectory {
        let path = NSTemporaryDirectory() + "/foyer-vault-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return DataDirectory(path: path)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory.path)
    }

    func open(
        cachedKeys: Int = Vault.usualCachedKeys, missingMasterKey: Vault.MissingMasterKey = .generate
    ) throws(VaultError) -> Vault {
        guard let keysURL else {
            return try Vault.open(directory, missingMasterKey: missingMasterKey, cachedKeys: cachedKeys)
        }
        return try Vault.open(keysURL, directory, missingMasterKey: missingMasterKey, cachedKeys: cachedKeys)
    }

    /// Organisation 1 with cases 1, 2 and 3 and guest 1; organisation 2 with case 1.
    func founded() throws(VaultError) -> Vault {
        let vault = try open()
        try vault.createKeys(for: Self.owners)
        return vault
    }

    static let owners: [KeyOwner] = [
        .organisation(1), .case(1, of: 1), .case(2, of: 1), .case(3, of: 1), .guest(1, of: 1),
        .organisation(2), .case(1, of: 2),
    ]

    /// All rows of all tables in PostgreSQL, with letters as they are.
    func tableContents() throws -> String {
        var contents = ""
        for url in [dataURL, keysURL].compactMap(\.self) {
            let connection = try PostgresConnection(url, PostgresSettings())
            try connection.run("SELECT set_config('bytea_output', 'escape', false)")
            let tables = try connection.run(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace")
            for table in tables.rows.compactMap({ $0.text(0) }) {
                let rows = try connection.run("SELECT CAST(t AS TEXT) FROM \(table) AS t").rows
                contents += rows.map { ($0.text(0) ?? "") + "\n" }.joined()
            }
        }
        return contents
    }

    /// What is in all files that hold or held keys.
    func keyFileContents() throws -> FileContents {
        var bytes: [UInt8] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.keys).sorted()
        where name.hasPrefix("keys.sqlite") {
            bytes += try Data(contentsOf: URL(filePath: directory.keys + "/" + name))
        }
        return FileContents(bytes)
    }

    func mode(of path: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }
}

/// Files in which many keys are looked for: every eight bytes that stand in them.
struct FileContents {
    private let words: Set<UInt64>

    init(_ bytes: [UInt8]) {
        words = bytes.withUnsafeBytes { bytes in
            Set((0..<max(0, bytes.count - 7)).map { bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self) })
        }
    }

    /// Whether any eight bytes of the sealed part of a wrapped key are there.
    func hold(anyOf slot: [UInt8]) -> Bool {
        slot.withUnsafeBytes { slot in
            stride(from: AESGCM.headerBytes, through: slot.count - 8, by: 8).contains {
                words.contains(slot.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
            }
        }
    }
}

/// Keys of cases that are made and destroyed by turns, as they stood in the table.
struct KeyTurnover {
    private var living: [KeyOwner: [UInt8]] = [:]
    private var destroyed: [[UInt8]] = []

    init(_ vault: Vault, rounds: Int64) throws {
        var random = SeededRandom(seed: 9)
        try vault.createKeys(for: [.organisation(1), .organisation(2)])
        for round in 0..<rounds {
            let made = (0..<40).map { KeyOwner.case(round * 40 + $0, of: 1 + $0 % 2) }
            try vault.createKeys(for: made)
            for owner in made { living[owner] = try vault.wrappedKey(of: owner) }
            let doomed = living.keys.shuffled(using: &random).prefix(random.int(1...35))
            try vault.destroy(Array(doomed))
            for owner in doomed { destroyed.append(living.removeValue(forKey: owner) ?? []) }
        }
    }

    /// No byte of a destroyed key is there.
    func expectErasure(from contents: FileContents, ofMoreThan count: Int) {
        let found = destroyed.filter { contents.hold(anyOf: $0) }.count
        #expect(destroyed.count > count)
        #expect(found == 0, "of \(destroyed.count) destroyed keys")
        // The test can see keys at all.
        #expect(living.values.allSatisfy { contents.hold(anyOf: $0) })
    }
}

/// What the body throws, so that a test can compare it.
func vaultError(_ body: () throws -> Void) -> VaultError? {
    do {
        try body()
        return nil
    } catch {
        return error as? VaultError
    }
}
