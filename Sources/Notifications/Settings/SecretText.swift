import Glibc

/// A file that holds one secret, as an administrator puts it there: a line of text.
package enum SecretText {
    /// A provider's tokens have a few dozen bytes.
    static let maxBytes = 4096

    package struct Wrong: Error, CustomStringConvertible {
        package let description: String
    }

    /// Refuses a file that others may read: a secret that leaked is no secret. What stands around it, such as the end of the
    /// line, is not part of it.
    package static func read(_ path: String) throws(Wrong) -> Secret {
        // Not to wait for a pipe's other end.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw Wrong(description: "'\(path)' cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Wrong(description: "'\(path)' is not a file.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw Wrong(
                description:
                    "'\(path)' may be used by others. Run: chmod 600 '\(path)' and, if others may have read it, "
                    + "have a new one made.")
        }
        var bytes = [UInt8](repeating: 0, count: maxBytes + 1)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else {
            throw Wrong(description: "'\(path)' cannot be read: \(String(cString: strerror(errno))).")
        }
        guard count <= maxBytes else { throw Wrong(description: "'\(path)' is longer than \(maxBytes) bytes.") }
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        let text = bytes[..<count].drop(while: isSpace)
        let secret = text[..<(text.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? text.startIndex)]
        guard !secret.isEmpty else { throw Wrong(description: "'\(path)' is empty.") }
        guard secret.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw Wrong(description: "'\(path)' holds more than one line of plain text.")
        }
        return Secret(String(decoding: secret, as: UTF8.self))
    }
}
