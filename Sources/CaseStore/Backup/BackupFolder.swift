import COpenSSL
import Foundation

/// A folder that a backup is written to or read from. Everything in it is for one user alone, and durable once written.
struct BackupFolder {
    private static let portion = 1 << 20

    let path: String

    func path(_ name: String) -> String { path + "/" + name }

    /// Makes the folder, or takes an empty one.
    func provide() throws(BackupError) {
        if mkdir(path, 0o700) != 0 {
            guard errno == EEXIST else { throw BackupError("cannot be made", path) }
            guard let there = try? FileManager.default.contentsOfDirectory(atPath: path) else {
                throw BackupError("cannot be read", path)
            }
            guard there.isEmpty else {
                throw BackupError("'\(path)' is not empty. Name a folder that is empty, or not there yet.")
            }
        }
        guard chmod(path, 0o700) == 0 else { throw BackupError("cannot be made one's own", path) }
    }

    func makeFolder(_ name: String) throws(BackupError) {
        guard mkdir(path(name), 0o700) == 0 || errno == EEXIST else { throw BackupError("cannot be made", path(name)) }
    }

    func write(_ bytes: [UInt8], to name: String) throws(BackupError) {
        let descriptor = open(path(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BackupError("cannot be made", path(name)) }
        defer { close(descriptor) }
        try Self.write(bytes[...], to: descriptor, path(name))
        guard fsync(descriptor) == 0 else { throw BackupError("cannot be made durable", path(name)) }
    }

    /// A copy of a file, and what it is to have in the manifest.
    @discardableResult
    func copy(_ source: String, to name: String) throws(BackupError) -> BackupManifest.File {
        let from = open(source, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw BackupError("cannot be read", source) }
        defer { close(from) }
        let target = path(name)
        let to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard to >= 0 else { throw BackupError("cannot be made", target) }
        defer { close(to) }
        var digest = FileDigest()
        try Self.eachPortion(from, source) { portion throws(BackupError) in
            digest.add(portion)
            try Self.write(portion, to: to, target)
        }
        guard fsync(to) == 0 else { throw BackupError("cannot be made durable", target) }
        return BackupManifest.File(name: name, bytes: digest.bytes, sha256: digest.hex)
    }

    func file(_ name: String) throws(BackupError) -> BackupManifest.File {
        let descriptor = open(path(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BackupError("cannot be read", path(name)) }
        defer { close(descriptor) }
        var digest = FileDigest()
        try Self.eachPortion(descriptor, path(name)) { digest.add($0) }
        return BackupManifest.File(name: name, bytes: digest.bytes, sha256: digest.hex)
    }

    /// What was backed up is what is there.
    func demandUnchanged(_ files: [BackupManifest.File]) throws(BackupError) {
        for known in files {
            guard try file(known.name) == known else {
                throw BackupError(
                    "Damaged: '\(path(known.name))' is not as it was written. Take another backup; nothing was restored."
                )
            }
        }
    }

    func sync() throws(BackupError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BackupError("cannot be read", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw BackupError("cannot be made durable", path) }
    }

    /// All files below one of its folders, by their names from here, in order. Links are not followed.
    func names(below folder: String) -> [String] {
        guard let found = FileManager.default.enumerator(atPath: path(folder)) else { return [] }
        return found.compactMap { $0 as? String }.filter { name in
            var status = stat()
            return lstat(path(folder) + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }.map { folder + "/" + $0 }.sorted()
    }

    private static func write(
        _ bytes: ArraySlice<UInt8>, to descriptor: CInt, _ path: String
    ) throws(BackupError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw BackupError("cannot be written", path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func eachPortion(
        _ descriptor: CInt, _ path: String, _ body: (ArraySlice<UInt8>) throws(BackupError) -> Void
    ) throws(BackupError) {
        var buffer = [UInt8](repeating: 0, count: portion)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw BackupError("cannot be read", path) }
            guard count > 0 else { return }
            try body(buffer[..<count])
        }
    }
}

/// SHA-256 of what does not fit into memory.
struct FileDigest: ~Copyable {
    private let context = EVP_MD_CTX_new()
    private(set) var bytes = 0

    init() { EVP_DigestInit_ex(context, EVP_sha256(), nil) }

    deinit { EVP_MD_CTX_free(context) }

    mutating func add(_ portion: ArraySlice<UInt8>) {
        portion.withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        bytes += portion.count
    }

    /// Once, at the end.
    var hex: String {
        var hash = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &hash, nil)
        return Hex.text(hash)
    }
}
