import Glibc

/// Which IP addresses are the public internet's: what an organisation's administrator types into the settings must not make
/// the house talk to its own machine, to its neighbours, or to what a cloud tells its machines (IANA, special-purpose
/// address registries for IPv4 and IPv6; RFC 6890).
package enum PublicAddress {
    /// `text` as `inet_pton` reads it; whatever it does not read is not public.
    package static func isPublic(_ text: String) -> Bool {
        if let bytes = parse(text, AF_INET, 4) { return isPublic4(bytes) }
        if let bytes = parse(text, AF_INET6, 16) { return isPublic6(bytes) }
        return false
    }

    package static func isAddress(_ text: String) -> Bool {
        parse(text, AF_INET, 4) != nil || parse(text, AF_INET6, 16) != nil
    }

    private static func parse(_ text: String, _ family: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// First address and length of what is not public.
    private static let closed4: [([UInt8], Int)] = [
        ([0, 0, 0, 0], 8), ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),  // carriers' own (RFC 6598)
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),  // link-local, and the metadata of clouds
        ([172, 16, 0, 0], 12), ([192, 0, 0, 0], 24), ([192, 0, 2, 0], 24), ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),  // benchmarks
        ([198, 51, 100, 0], 24), ([203, 0, 113, 0], 24),
        ([224, 0, 0, 0], 4),  // multicast
        ([240, 0, 0, 0], 4),  // reserved, and broadcast
    ]

    private static func isPublic4(_ bytes: [UInt8]) -> Bool {
        !closed4.contains { contains($0.0, $0.1, bytes) }
    }

    /// Only what is given out as global unicast (2000::/3), and of that not what stands for something else. Everything that is
    /// local, multicast, mapped or translated from IPv4 lies outside.
    private static func isPublic6(_ bytes: [UInt8]) -> Bool {
        guard contains([0x20], 3, bytes) else { return false }
        let closed: [([UInt8], Int)] = [
            ([0x20, 0x01, 0x00], 23),  // protocols' own: Teredo, ORCHID
            ([0x20, 0x01, 0x0D, 0xB8], 32),  // documentation
            ([0x20, 0x02], 16),  // 6to4: an IPv4 address inside
            ([0x3F, 0xFF, 0x00], 20),  // documentation
        ]
        return !closed.contains { contains($0.0, $0.1, bytes) }
    }

    private static func contains(_ network: [UInt8], _ length: Int, _ address: [UInt8]) -> Bool {
        (0..<length).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            let wanted = bit / 8 < network.count ? network[bit / 8] & mask : 0
            return address[bit / 8] & mask == wanted
        }
    }

    /// The addresses of a name, as the system knows them; blocks its thread for as long as that asks others. Empty when there
    /// are none.
    package static func resolve(_ host: String) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_family = AF_UNSPEC
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var next = list
        while let entry = next, found.count < 32 {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let result = getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            if result == 0 {
                let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                if !found.contains(address) { found.append(address) }
            }
            next = entry.pointee.ai_next
        }
        return found
    }
}
