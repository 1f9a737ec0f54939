import Foundation
import Synchronization

/// A history on disk: JSON lines, appended. Lines of one client stand in the order of what happened; those of different
/// clients need not, because each thread writes what it has gathered in one piece.
package final class HistoryFile: Sendable {
    private let descriptor: Int32
    private let hasFailed = Mutex(false)

    /// Begins a new file in the place of an old one.
    package init(path: String) throws(HistoryError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw HistoryError("'\(path)' cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// Whole lines; what could not be written makes the history worthless, so it is remembered.
    package func append(_ lines: [UInt8]) {
        guard !lines.isEmpty else { return }
        let isWritten = lines.withUnsafeBytes { bytes in
            var start = 0
            while start < bytes.count {
                let count = write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
                guard count > 0 else { return false }
                start += count
            }
            return true
        }
        if !isWritten { hasFailed.withLock { $0 = true } }
    }

    package var isComplete: Bool { hasFailed.withLock { !$0 } }

    /// Reads a file line by line; throws for the first that cannot be read.
    package static func read(path: String, _ body: (HistoryLine) throws(HistoryError) -> Void) throws(HistoryError) {
        guard let data = try? Data(contentsOf: URL(filePath: path), options: .alwaysMapped) else {
            throw HistoryError("'\(path)' cannot be read")
        }
        let decoder = JSONDecoder()
        var number = 0
        var start = data.startIndex
        while start < data.endIndex {
            number += 1
            let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) ?? data.endIndex
            guard
                let line = plainLine(data[start..<end])
                    ?? (try? decoder.decode(HistoryLine.self, from: data[start..<end]))
            else { throw HistoryError("line \(number) of '\(path)' cannot be read") }
            try body(line)
            start = end < data.endIndex ? data.index(after: end) : end
        }
    }

    private static func plainLine(_ data: Data) -> HistoryLine? {
        data.withUnsafeBytes { bytes in
            var reader = PlainLineReader(bytes.bindMemory(to: UInt8.self))
            return reader.read()
        }
    }
}

package struct HistoryError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
