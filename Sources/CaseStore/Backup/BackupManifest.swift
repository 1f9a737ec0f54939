import Foundation

/// What a backup consists of, in a file of its own that is written last: a folder without it is no whole backup.
package struct BackupManifest: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable {
        case data
        case keys
    }

    package struct File: Codable, Sendable, Equatable {
        /// Below the backup's folder.
        package let name: String
        package let bytes: Int
        /// In hexadecimal digits.
        package let sha256: String
    }

    /// The shape of this file. A later release may write another.
    static let newestFormat = 1
    static let name = "manifest.json"

    package var format = newestFormat
    package let kind: Kind
    /// Data and keys that were backed up by one command have the same.
    package let backup: String
    /// Milliseconds since 1970, when the copy was begun.
    package let madeAt: Int64
    /// Of the data: which shape the tables have, and the log's number.
    package var schema: Int64?
    package var generation: Int64?
    package var files: [File]
    /// How many rows each table has.
    package var rows: [String: Int64]

    func write(to folder: BackupFolder) throws(BackupError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(self) else { throw BackupError("The manifest cannot be written.") }
        try folder.write([UInt8](bytes) + [0x0A], to: Self.name)
    }

    static func read(from folder: BackupFolder, _ kind: Kind) throws(BackupError) -> BackupManifest {
        let path = folder.path(name)
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw BackupError(
                "'\(folder.path)' is no backup, or not a whole one: it has no \(name), which is written last.")
        }
        guard let manifest = try? JSONDecoder().decode(BackupManifest.self, from: bytes) else {
            throw BackupError("'\(path)' is damaged, or was written by a later release.")
        }
        guard manifest.format <= newestFormat else {
            throw BackupError("'\(path)' was written by a later release. Restore it with that one.")
        }
        guard manifest.kind == kind else {
            throw BackupError("'\(folder.path)' is a backup of \(manifest.kind.rawValue), not of \(kind.rawValue).")
        }
        // Names of our own alone: nothing is written beside the folder that it is restored to.
        let isOurs = manifest.files.allSatisfy { file in
            let parts = file.name.split(separator: "/", omittingEmptySubsequences: false)
            return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }
        }
        guard isOurs else { throw BackupError("'\(path)' names files outside of the backup.") }
        return manifest
    }
}

/// Why a backup was not made, or not restored, in words for the person who asked.
package struct BackupError: Error, CustomStringConvertible, Sendable {
    package let description: String

    package init(_ description: String) { self.description = description }

    init(_ what: String, _ path: String) {
        description = "'\(path)' \(what): \(String(cString: strerror(errno)))."
    }
}
