package import Reactor
import WebSocket

/// The proxies before the house, and whose requests they bring. Without them, everybody behind a proxy is one client, and
/// one of them who tries too much has all of them wait.
package struct TrustedProxies: Sendable {
    package let ranges: [AddressRange]

    static let none = TrustedProxies(ranges: [])

    private init(ranges: [AddressRange]) { self.ranges = ranges }

    /// In CIDR. Throws `StartError` for all else, and for a network of everybody: whom all may be, nobody can trust.
    package init(_ networks: [String] = []) throws(StartError) {
        var ranges: [AddressRange] = []
        for network in networks {
            guard let range = AddressRange(network), !network.hasSuffix("/0") else {
                throw StartError(
                    "--trusted-proxy '\(network)' is not a network such as 10.0.0.0/8, 2001:db8::/32 or 127.0.0.1: a "
                        + "numeric address and, where it stands for more than one, the length of its prefix, with "
                        + "nothing but zeros behind it.")
            }
            ranges.append(range)
        }
        self.ranges = ranges
    }

    package var isEmpty: Bool { ranges.isEmpty }

    /// Each proxy adds to the end of X-Forwarded-For whom it was asked by; what stands before, its client may have written.
    /// So it is read from the end, for as long as proxies of ours have written it. What is no address ends it as well.
    func client(of head: RequestHead, from peer: PeerAddress) -> PeerAddress {
        var client = peer
        for field in head.fields.values(of: "x-forwarded-for").reversed() {
            for item in field.split(separator: ",", omittingEmptySubsequences: false).reversed() {
                guard trusts(client), let address = PeerAddress(Self.withoutBlanks(item)) else { return client }
                client = address
            }
        }
        return client
    }

    private func trusts(_ address: PeerAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// RFC 9110 §5.6.1: blanks around the parts of a list mean nothing.
    private static func withoutBlanks(_ item: Substring) -> String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let begun = item.drop(while: isBlank)
        return String(begun.reversed().drop(while: isBlank).reversed())
    }
}
