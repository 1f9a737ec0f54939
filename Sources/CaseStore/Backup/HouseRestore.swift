import Foundation
import GRDB

/// Puts a backup into an empty directory, as a log of another generation: clients who have seen more than it knows start
/// afresh.
package struct HouseRestore {
    package struct Report: Sendable {
        package let data: BackupManifest
        /// The keys were restored along, and open what they are the keys of.
        package let hasKeys: Bool
        package let generation: Int64
    }

    private let source: BackupFolder
    private let keysSource: BackupFolder?

    package init(from folder: String, keysFrom keys: String?) {
        source = BackupFolder(path: folder)
        keysSource = keys.map(BackupFolder.init)
    }

    /// `path` is a directory that is empty or not there yet; without `keysFrom` it may hold the folder `keys`, and nothing
    /// else. Throws in words, before anything was written if something is wrong with the backup.
    package func run(into path: String) throws -> Report {
        let manifest = try BackupManifest.read(from: source, .data)
        try source.demandUnchanged(manifest.files)
        let keysManifest = try keysSource.map { keys throws(BackupError) in
            let read = try BackupManifest.read(from: keys, .keys)
            try keys.demandUnchanged(read.files)
            guard read.madeAt >= manifest.madeAt else {
                throw BackupError(
                    "The keys in '\(keys.path)' are older than the data: what was written in between could not be opened. Take "
                        + "those of backup \(manifest.backup), or later ones.")
            }
            return read
        }
        let house = DataDirectory(path: path)
        let target = BackupFolder(path: path)
        try provide(target)
        for file in manifest.files where file.name != HouseBackup.heads {
            try target.makeFolders(of: file.name)
            try target.copy(source.path(file.name), to: file.name)
        }
        if let keysManifest, let keysSource {
            for file in keysManifest.files {
                try target.makeFolders(of: file.name)
                try target.copy(keysSource.path(file.name), to: file.name)
            }
        }
        try target.demandUnchanged(manifest.files.filter { $0.name != HouseBackup.heads })
        let generation = try renewGeneration(house)
        guard keysManifest != nil else {
            try target.sync()
            return Report(data: manifest, hasKeys: false, generation: generation)
        }
        try demandReadable(house, manifest)
        try target.sync()
        return Report(data: manifest, hasKeys: true, generation: generation)
    }

    private func provide(_ target: BackupFolder) throws(BackupError) {
        let there = (try? FileManager.default.contentsOfDirectory(atPath: target.path)) ?? []
        if keysSource == nil, there == ["keys"] { return }
        try target.provide()
    }

    private func renewGeneration(_ house: DataDirectory) throws -> Int64 {
        do {
            let queue = try DatabaseQueue(path: house.database)
            let generation = try queue.write { db in try Generation.renew(db) }
            try queue.close()
            return generation
        } catch {
            throw SQLiteFailure.storeError(error, house.database)
        }
    }

    /// Opens the house once as a start does: the schema, the keys, the audit trail, and everybody's names.
    private func demandReadable(_ house: DataDirectory, _ manifest: BackupManifest) throws {
        let copy = try CopiedHouse(BackupFolder(path: house.path))
        let key = try AuditSigner.open(house, generate: false).publicKey
        _ = try copy.demandWhole(heads: house.auditHeads, key)
        guard try copy.rows() == manifest.rows else {
            throw BackupError("Damaged: the tables of '\(house.database)' do not have the rows that were backed up.")
        }
        let vault = try Vault.open(house, missingMasterKey: .refuse)
        _ = try Directory(SQLiteStore(house, vault), house)
    }
}
