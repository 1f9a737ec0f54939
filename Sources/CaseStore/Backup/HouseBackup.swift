package import CaseMachine
import Foundation
import GRDB

/// Copies a house that may be serving: the data as they are at one moment, and apart from them the keys, which are those of
/// that moment or a little later. Each copy is looked at as a restore would look at it before the backup counts as made.
package struct HouseBackup {
    /// Where the wrapped keys come from: the process that has them open, or, in a closed house, their file.
    package typealias KeySource = (([WrappedKey]) throws -> Void) throws -> Void

    /// What lies beside the database and belongs to the data: the guests' files, and the demo's logins.
    static let besides = ["files"]
    static let single = ["demo.json"]
    static let database = "foyer.sqlite"
    static let heads = "audit-heads.log"

    package struct Report: Sendable {
        package let data: BackupManifest
        package let keys: BackupManifest?
        /// Nodes with their rows, as the check of the copy's audit trail has found them.
        package let auditRows: Int64
    }

    private let house: DataDirectory
    private let now: Timestamp

    package init(of house: DataDirectory, at now: Timestamp = SQLiteStore.wallClock()) {
        self.house = house
        self.now = now
    }

    /// `target` and `keysTarget` are folders that are empty or not there yet, neither within the other. Throws in words; what
    /// was written until then has no manifest, and is no backup.
    package func run(to target: String, keysTo keysTarget: String?, keys: KeySource) throws -> Report {
        guard FileManager.default.fileExists(atPath: house.database) else {
            throw BackupError(
                "There is no database '\(house.database)'. A house on several nodes is backed up with PostgreSQL's own "
                    + "pg_dump (docs/operations.md).")
        }
        if let keysTarget { try Self.demandApart(target, keysTarget) }
        let folder = BackupFolder(path: target)
        try folder.provide()
        let keysFolder = keysTarget.map(BackupFolder.init)
        try keysFolder?.provide()

        let name = Hex.text((0..<8).map { _ in UInt8.random(in: 0...255) })
        try snapshot(to: folder.path(Self.database))
        let copy = try CopiedHouse(folder)
        // After the data: each head stands in the file before it stands in the database, so that all of the copy's are here.
        let heads = try headsOfCopy(copy)
        try folder.write(heads, to: Self.heads)
        let signer = try AuditSigner.open(house, generate: false)
        let auditRows = try copy.demandWhole(heads: folder.path(Self.heads), signer.publicKey)
        var data = BackupManifest(
            kind: .data, backup: name, madeAt: now.milliseconds, schema: try copy.schema,
            generation: try copy.generation,
            files: [try folder.file(Self.database), try folder.file(Self.heads)], rows: try copy.rows())
        data.files += try copyBesides(to: folder)
        let keysManifest = try keysFolder.map { try backUpKeys(to: $0, name, heads, keys) }
        try data.write(to: folder)
        try folder.sync()
        return Report(data: data, keys: keysManifest, auditRows: auditRows)
    }

    private static func demandApart(_ one: String, _ other: String) throws(BackupError) {
        let paths = [one, other].map { URL(filePath: $0).standardizedFileURL.path + "/" }
        guard !paths[0].hasPrefix(paths[1]), !paths[1].hasPrefix(paths[0]) else {
            throw BackupError(
                "'\(one)' and '\(other)' are one within the other. Keys stand apart from the data, so that a copy of one does "
                    + "not open the other.")
        }
    }

    /// SQLite's own copy of one moment, read beside whoever writes.
    private func snapshot(to path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(30)
        do {
            let source = try DatabaseQueue(path: house.database, configuration: configuration)
            // VACUUM begins its own transaction and suffers none around it.
            try source.inDatabase { db in try db.execute(sql: "VACUUM INTO ?", arguments: [path]) }
            try source.close()
        } catch {
            throw SQLiteFailure.storeError(error, house.database)
        }
        guard chmod(path, 0o600) == 0 else { throw BackupError("cannot be made one's own", path) }
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw BackupError("cannot be opened", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw BackupError("cannot be made durable", path) }
    }

    /// Without the heads that were signed after the copy's moment: in a house that is restored from it they would tell of
    /// rows that are gone.
    private func headsOfCopy(_ copy: borrowing CopiedHouse) throws -> [UInt8] {
        let newest = try copy.newestHeads()
        guard let bytes = FileManager.default.contents(atPath: house.auditHeads) else { return [] }
        let lines = bytes.split(separator: UInt8(ascii: "\n")).filter { line in
            guard let head = AuditHead(line: String(decoding: line, as: UTF8.self)) else { return true }
            return head.number <= newest[head.node] ?? 0
        }
        return lines.flatMap { [UInt8]($0) + [UInt8(ascii: "\n")] }
    }

    private func copyBesides(to folder: BackupFolder) throws -> [BackupManifest.File] {
        let source = BackupFolder(path: house.path)
        var copied: [BackupManifest.File] = []
        for name in Self.single where FileManager.default.fileExists(atPath: source.path(name)) {
            copied.append(try folder.copy(source.path(name), to: name))
        }
        for below in Self.besides where FileManager.default.fileExists(atPath: source.path(below)) {
            try folder.makeFolder(below)
            for name in source.names(below: below) {
                try folder.makeFolders(of: name)
                do throws(BackupError) {
                    copied.append(try folder.copy(source.path(name), to: name))
                } catch {
                    // One that was removed since it was listed is no part of the house any more.
                    guard FileManager.default.fileExists(atPath: source.path(name)) else { continue }
                    throw error
                }
            }
        }
        return copied
    }

    private func backUpKeys(
        to folder: BackupFolder, _ name: String, _ heads: [UInt8], _ source: KeySource
    ) throws -> BackupManifest {
        let target = DataDirectory(path: folder.path)
        try folder.makeFolder("keys")
        var copy = try KeyCopy(path: target.keyFile)
        try source { try copy.add($0) }
        let rows = try copy.finish()
        for secret in [house.masterKey, house.nextMasterKey, house.auditSigningKey] {
            guard FileManager.default.fileExists(atPath: secret) else { continue }
            try folder.copy(secret, to: "keys/" + URL(filePath: secret).lastPathComponent)
        }
        try folder.write(heads, to: "keys/" + Self.heads)
        // As a house opens them: the master key is the one that has wrapped them.
        _ = try Vault.openAsItIs(target, missingMasterKey: .refuse)
        for log in ["-wal", "-shm"] { unlink(target.keyFile + log) }
        let files = try folder.names(below: "keys").map { name throws(BackupError) in try folder.file(name) }
        let manifest = BackupManifest(
            kind: .keys, backup: name, madeAt: now.milliseconds, files: files, rows: ["wrappedKey": rows])
        try manifest.write(to: folder)
        try folder.sync()
        return manifest
    }
}

extension BackupFolder {
    /// The folders on the way to a file.
    func makeFolders(of name: String) throws(BackupError) {
        var way = ""
        for part in name.split(separator: "/").dropLast() {
            way += (way.isEmpty ? "" : "/") + part
            try makeFolder(way)
        }
    }
}
