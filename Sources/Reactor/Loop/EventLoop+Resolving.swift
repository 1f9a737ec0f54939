import Glibc

/// Who waits for a name's addresses.
struct Resolution {
    let done: (Result<[ListenAddress], ReactorError>, EventLoop) -> Void
}

/// Names become addresses off the loop: the system's resolver may take its time, and may not take the loop's.
extension EventLoop {
    /// Tells the addresses of a host, in the system's order (RFC 6724) and never none: at once where `host` is numeric,
    /// else later, on the loop's thread. A loop that ends meanwhile tells nothing.
    package func resolve(
        _ host: String, port: UInt16, _ done: @escaping (Result<[ListenAddress], ReactorError>, EventLoop) -> Void
    ) {
        if let numeric = ListenAddress(numericHost: host, port: port) { return done(.success([numeric]), self) }
        lastResolution &+= 1
        let number = lastResolution
        resolutions[number] = Resolution(done: done)
        let handle = handle
        do throws(ReactorError) {
            // One thread a question: there is one at each connection that is made anew, and that rests in between.
            try OwnThread("resolver") {
                let found = HostName.addresses(of: host, port: port)
                handle.run(urgent: true) { loop in loop.resolved(number, found) }
            }.detach()
        } catch {
            resolved(number, .failure(error))
        }
    }

    private func resolved(_ number: UInt64, _ found: Result<[ListenAddress], ReactorError>) {
        resolutions.removeValue(forKey: number)?.done(found, self)
    }
}

/// The system's resolver: `/etc/hosts`, DNS, whatever the machine is set up for.
enum HostName {
    /// Blocks for as long as the resolver does, which may be many seconds.
    static func addresses(of host: String, port: UInt16) -> Result<[ListenAddress], ReactorError> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        // No IPv6 address on a machine without IPv6.
        hints.ai_flags = Int32(AI_ADDRCONFIG)
        var first: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, nil, &hints, &first)
        defer { if first != nil { freeaddrinfo(first) } }
        guard result == 0 else {
            return .failure(
                ReactorError(.address, "cannot resolve '\(host)': \(String(cString: gai_strerror(result)))"))
        }
        var found: [ListenAddress] = []
        var next = first
        while let entry = next {
            if let text = numeric(entry.pointee), let address = ListenAddress(numericHost: text, port: port) {
                found.append(address)
            }
            next = entry.pointee.ai_next
        }
        guard !found.isEmpty else { return .failure(ReactorError(.address, "'\(host)' has no address")) }
        return .success(found)
    }

    private static func numeric(_ entry: addrinfo) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 + Int(NI_MAXHOST)) { text in
            guard let base = text.baseAddress,
                getnameinfo(
                    entry.ai_addr, entry.ai_addrlen, base, socklen_t(NI_MAXHOST), nil, 0, NI_NUMERICHOST) == 0
            else { return nil }
            return String(cString: base)
        }
    }
}
