import Foundation
import Glibc

/// The second place of the signed heads: a text file apart from the database, to which lines are added and nothing
/// else. A head stands here before it stands in the database, so that a crash between the two cannot look like a line
/// taken away.
struct AuditHeadsFile: Sendable {
    let path: String

    /// What is in the file.
    struct Content {
        var heads: [AuditHead] = []
        /// The numbers of lines that are no heads.
        var strange: [Int] = []
        /// A last line without its end: what a crash while writing leaves.
        var endsTorn = false
    }

    /// nil if there is no file.
    func read() throws -> Content? {
        guard access(path, F_OK) == 0 else { return nil }
        let bytes: Data
        do { bytes = try Data(contentsOf: URL(filePath: path)) } catch {
            throw AuditError("The file of audit heads '\(path)' cannot be read: \(error.localizedDescription)")
        }
        var content = Content()
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        content.endsTorn = lines.popLast().map { !$0.isEmpty } ?? false
        for (index, line) in lines.enumerated() {
            if let head = AuditHead(line: String(decoding: line, as: UTF8.self)) {
                content.heads.append(head)
            } else {
                content.strange.append(index + 1)
            }
        }
        return content
    }

    /// Durable when this returns.
    func append(_ head: AuditHead) throws {
        let isNew = access(path, F_OK) != 0
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        let line = Array("\(head.line)\n".utf8)
        let end = lseek(descriptor, 0, SEEK_END)
        // In one call, so that the lines of two processes never mix.
        let written = write(descriptor, line, line.count)
        guard written == line.count, fsync(descriptor) == 0 else {
            let failure = failure()
            // Half a line on a full disk must not become the beginning of the next one.
            if written >= 0, end >= 0 { ftruncate(descriptor, end) }
            throw failure
        }
        if isNew { try SecretFile.syncFolder(of: path) }
    }

    /// Cuts off a torn last line, to which the next one would otherwise be added. It held nothing: its head was not in
    /// the database yet.
    func removeTornEnd() throws {
        guard access(path, F_OK) == 0 else { return }
        let bytes = try Data(contentsOf: URL(filePath: path))
        guard let last = bytes.last, last != UInt8(ascii: "\n") else { return }
        let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        guard truncate(path, whole) == 0 else { throw failure() }
    }

    private func failure() -> AuditError {
        AuditError("The file of audit heads '\(path)' cannot be written: \(String(cString: strerror(errno)))")
    }
}
