import CLinux
import Synchronization

/// The numeric address of a peer; IPv4 as mapped IPv6 (RFC 4291 §2.5.5.2).
package struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    let high: UInt64
    let low: UInt64

    static let none = PeerAddress(high: 0, low: 0)

    private static let mappedPrefix: UInt64 = 0xFFFF

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    init(_ address: clinux_address) {
        (high, low) = withUnsafeBytes(of: address.bytes) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    package var isIPv4: Bool { high == 0 && low >> 32 == Self.mappedPrefix }

    /// What limits count by: an IPv4 address, or an IPv6 /64, which is what one subscriber gets (RFC 6177 §2).
    package var limitKey: PeerAddress { isIPv4 ? self : PeerAddress(high: high, low: 0) }

    package var description: String {
        var address = clinux_address()
        withUnsafeMutableBytes(of: &address.bytes) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            guard let base = text.baseAddress else { return "" }
            clinux_format_address(&address, base, text.count)
            return String(cString: base)
        }
    }
}

/// Counts the connections of each address, over all loops of a process. Asked once a connection and told once when its
/// handshake ends and once when it ends, so a lock is cheap enough.
package final class AddressTable: Sendable {
    private struct Counts {
        var connections = 0
        var handshakes = 0
    }

    package enum Admission: Equatable, Sendable {
        case admitted
        case tooManyConnections
        case tooManyHandshakes
    }

    private let maxConnections: Int
    private let maxHandshakes: Int
    private let exempt: [AddressRange]
    private let counts = Mutex<[PeerAddress: Counts]>([:])

    /// Zero: any number. Any number, too, from what is exempt.
    package init(maxConnections: Int, maxHandshakes: Int, exempt: [AddressRange] = []) {
        self.maxConnections = maxConnections
        self.maxHandshakes = maxHandshakes
        self.exempt = exempt
    }

    package var isUnlimited: Bool { maxConnections == 0 && maxHandshakes == 0 }

    private func isCounted(_ address: PeerAddress) -> Bool {
        !isUnlimited && !exempt.contains { $0.contains(address) }
    }

    /// Counts a new connection in its handshake, unless its address has too many.
    package func admit(_ address: PeerAddress) -> Admission {
        guard isCounted(address) else { return .admitted }
        return counts.withLock { counts in
            let key = address.limitKey
            let held = counts[key] ?? Counts()
            if maxConnections > 0, held.connections >= maxConnections { return .tooManyConnections }
            if maxHandshakes > 0, held.handshakes >= maxHandshakes { return .tooManyHandshakes }
            counts[key] = Counts(connections: held.connections + 1, handshakes: held.handshakes + 1)
            return .admitted
        }
    }

    package func handshakeEnded(_ address: PeerAddress) {
        guard isCounted(address) else { return }
        counts.withLock { $0[address.limitKey]?.handshakes -= 1 }
    }

    package func connectionEnded(_ address: PeerAddress, inHandshake: Bool) {
        guard isCounted(address) else { return }
        counts.withLock { counts in
            let key = address.limitKey
            guard var held = counts[key] else { return }
            held.connections -= 1
            if inHandshake { held.handshakes -= 1 }
            counts[key] = held.connections > 0 ? held : nil
        }
    }

    /// Addresses with at least one connection.
    package var addressCount: Int { counts.withLock { $0.count } }
}

/// Raises the soft limit of open files to the hard one: a connection is a file.
package func raiseDescriptorLimit() {
    _ = clinux_raise_descriptor_limit()
}
