/// What sockets subscribe to and the broker routes by: 1 to 128 bytes of printable ASCII, so that it can stand in a log
/// line as it is.
package struct BrokerTopic: Hashable, Sendable, CustomStringConvertible {
    package let name: String

    /// Longer than any name the gateway makes; 10,000 of them still fit into one write.
    package static let maxBytes = 128

    package init?(_ name: String) {
        let bytes = name.utf8
        guard (1...Self.maxBytes).contains(bytes.count), bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            return nil
        }
        self.name = name
    }

    package var description: String { name }
}
