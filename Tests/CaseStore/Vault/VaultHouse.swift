import Foundation

@testable import CaseStore

/// A data directory of a test's own, gone with the test.
final class VaultHouse {
    let directory: DataDirectory

    init() throws {
        let path = NSTemporaryDirectory() + "/foyer-vault-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        directory = DataDirectory(path: path)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory.path)
    }

    func open(cachedKeys: Int = Vault.usualCachedKeys) throws(VaultError) -> Vault {
        try Vault.open(directory, missingMasterKey: .generate, cachedKeys: cachedKeys)
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

/// What the body throws, so that a test can compare it.
func vaultError(_ body: () throws -> Void) -> VaultError? {
    do {
        try body()
        return nil
    } catch {
        return error as? VaultError
    }
}
