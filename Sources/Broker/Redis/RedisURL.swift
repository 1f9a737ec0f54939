/// Where a Redis server is and who asks: `redis://[[USER][:PASSWORD]@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS
/// (the schemes that IANA has registered). User and password may be percent-encoded (RFC 3986 §2.1); HOST is a name, an
/// IPv4 address or an IPv6 address in brackets.
///
/// **The password is in no text that this makes**: not in its description, not in an error, not in a dump.
package struct RedisURL: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    package let isTLS: Bool
    /// `nil` is Redis' own user `default`.
    package let user: String?
    package let password: String?
    package let host: String
    package let port: UInt16
    package let database: Int

    private static let usualPort: UInt16 = 6379
    /// Far more than any server has; `SELECT` tells whether this one has it.
    private static let databases = 0...65_535
    /// Longer than a host's name (253, RFC 1035 §2.3.4) with a long user and password.
    private static let maxBytes = 2048

    package init(_ text: String) throws(BrokerError) {
        guard text.utf8.count <= Self.maxBytes else { throw Self.wrong("is longer than \(Self.maxBytes) bytes") }
        var rest = text[...]
        if let plain = rest.removingPrefix("redis://") {
            (isTLS, rest) = (false, plain)
        } else if let secure = rest.removingPrefix("rediss://") {
            (isTLS, rest) = (true, secure)
        } else {
            throw Self.wrong("begins with neither redis:// nor rediss://")
        }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw Self.wrong("has a query or a fragment (in a password, '?' is %3F and '#' is %23)")
        }
        let path = rest.firstIndex(of: "/").map { rest[$0...].dropFirst() } ?? ""
        if let slash = rest.firstIndex(of: "/") { rest = rest[..<slash] }
        (user, password) = try Self.credentials(&rest)
        (host, port) = try Self.place(rest)
        database = try Self.database(path)
    }

    /// Takes `USER:PASSWORD@` off the beginning.
    private static func credentials(_ rest: inout Substring) throws(BrokerError) -> (user: String?, password: String?) {
        guard let at = rest.lastIndex(of: "@") else { return (nil, nil) }
        let text = rest[..<at]
        rest = rest[rest.index(after: at)...]
        guard !text.contains("@") else { throw wrong("has more than one '@' (in a password it is %40)") }
        guard let colon = text.firstIndex(of: ":") else {
            throw wrong("has a user without a password (a password alone is written :PASSWORD@)")
        }
        let user = try decoded(text[..<colon])
        let password = try decoded(text[text.index(after: colon)...])
        guard !password.isEmpty else {
            guard user.isEmpty else { throw wrong("has a user with an empty password") }
            return (nil, nil)
        }
        return (user.isEmpty ? nil : user, password)
    }

    private static func place(_ text: Substring) throws(BrokerError) -> (host: String, port: UInt16) {
        var host = text
        var digits: Substring?
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { throw wrong("has a '[' without a ']'") }
            host = text[text.index(after: text.startIndex)..<bracket]
            let behind = text[text.index(after: bracket)...]
            guard behind.isEmpty || behind.hasPrefix(":") else {
                throw wrong("has something else than a port after ']'")
            }
            if !behind.isEmpty { digits = behind.dropFirst() }
            let isIPv6 =
                host.contains(":")
                && host.utf8.allSatisfy { byte in
                    UInt8(ascii: "0")...UInt8(ascii: ":") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
                        || UInt8(ascii: "A")...UInt8(ascii: "F") ~= byte || byte == UInt8(ascii: ".")
                }
            guard isIPv6 else { throw wrong("has something else than an IPv6 address in its brackets") }
        } else {
            if let colon = text.firstIndex(of: ":") {
                host = text[..<colon]
                digits = text[text.index(after: colon)...]
                if digits?.contains(":") == true {
                    throw wrong("has more than one port (an IPv6 address stands in brackets)")
                }
            }
            let isName = host.utf8.allSatisfy { byte in
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
                    || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte || [UInt8(ascii: "-"), 0x2E, 0x5F].contains(byte)
            }
            guard isName, host.utf8.count <= 253 else { throw wrong("has a host that is no name and no address") }
        }
        guard !host.isEmpty else { throw wrong("has no host") }
        guard let digits else { return (String(host), usualPort) }
        guard let port = number(digits), (1...65_535).contains(port) else {
            throw wrong("has a port that is not 1 to 65535")
        }
        return (String(host), UInt16(port))
    }

    private static func database(_ path: Substring) throws(BrokerError) -> Int {
        if path.isEmpty { return 0 }
        guard let number = number(path), databases.contains(number) else {
            throw wrong("has a database that is no number from 0 to \(databases.upperBound)")
        }
        return number
    }

    /// Digits only: `Int` would take a sign, too.
    private static func number(_ text: Substring) -> Int? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func decoded(_ text: Substring) throws(BrokerError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let pair = String(digits), pair.utf8.allSatisfy(isHexDigit),
                let value = UInt8(pair, radix: 16), value != 0
            else { throw wrong("has a '%' in user or password that is not followed by two hexadecimal digits") }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw wrong("has a user or password that is not UTF-8")
        }
        return decoded
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
            || UInt8(ascii: "A")...UInt8(ascii: "F") ~= byte
    }

    private static func wrong(_ what: String) -> BrokerError {
        BrokerError(.url, "the address of a Redis server \(what); it is redis://USER:PASSWORD@HOST:PORT/DATABASE")
    }

    /// Without the password.
    package var description: String {
        let scheme = isTLS ? "rediss" : "redis"
        let who = password == nil ? "" : "\(user ?? "default")@"
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return "\(scheme)://\(who)\(bracketed):\(port)/\(database)"
    }

    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

extension Substring {
    fileprivate func removingPrefix(_ prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
