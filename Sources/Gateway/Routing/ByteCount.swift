/// A number of bytes that says so where it is written.
package struct ByteCount: Sendable, Hashable, Comparable {
    package let bytes: Int

    package init(bytes: Int) {
        precondition(bytes >= 0, "a size of \(bytes) bytes")
        self.bytes = bytes
    }

    package static let zero = ByteCount(bytes: 0)
    package static func kibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count * 1024) }
    package static func mebibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count * 1024 * 1024) }

    package static func < (one: ByteCount, other: ByteCount) -> Bool { one.bytes < other.bytes }
}
