import Glibc

/// Where a request comes from, for counting tries. An IPv6 customer has a network of 2^64 addresses (RFC 6177), so that
/// counting single ones would count nothing: the first half stands for it.
package struct ClientAddress: Hashable, Sendable {
    let bytes: [UInt8]

    /// What is no address of the network counts as it is written.
    package init(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            let all = withUnsafeBytes(of: six) { Array($0) }
            // RFC 4291 §2.5.5.2: an IPv4 address in IPv6's clothes.
            let isMapped = all[..<10].allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
            bytes = isMapped ? Array(all[12...]) : Array(all[..<8])
        } else {
            bytes = Array(text.utf8.prefix(64))
        }
    }
}
