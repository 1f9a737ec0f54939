import Glibc

/// A network as it is written in CIDR: `10.0.0.0/8`, `2001:db8::/32`, or one address alone (RFC 4632 §3.1, RFC 4291 §2.3).
package struct AddressRange: Hashable, Sendable {
    private let base: PeerAddress
    private let mask: PeerAddress

    /// nil for all else, and for an address with bits beyond its prefix: a slip would take in more than was meant.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let base = PeerAddress(String(first)) else { return nil }
        let width = first.contains(":") ? 128 : 32
        var length = width
        if parts.count == 2 {
            let digits = parts[1].utf8
            // One way to write each length: who refuses "/0" need not think of "/00".
            guard digits.count <= 3, digits.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(parts[1]),
                number <= width, parts[1] == "\(number)"
            else { return nil }
            length = number
        }
        let bits = 128 - width + length
        let mask = PeerAddress(
            high: bits >= 64 ? .max : .max << (64 - bits), low: bits <= 64 ? 0 : .max << (128 - bits))
        guard base.masked(by: mask) == base else { return nil }
        self.base = base
        self.mask = mask
    }

    package func contains(_ address: PeerAddress) -> Bool { address.masked(by: mask) == base }
}

extension PeerAddress {
    /// A numeric address, as in RFC 4291 §2.2; nil for all else: a name, a port, a zone.
    package init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(high: 0, low: 0xFFFF << 32 | UInt64(UInt32(bigEndian: four.s_addr)))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let (high, low) = withUnsafeBytes(of: six) { bytes in
            (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }

    fileprivate func masked(by mask: PeerAddress) -> PeerAddress {
        PeerAddress(high: high & mask.high, low: low & mask.low)
    }
}
