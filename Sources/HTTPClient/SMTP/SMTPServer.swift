import CCurl

/// Where mail is handed in: `smtp://HOST[:PORT]`, which begins plain and goes on with STARTTLS, or `smtps://HOST[:PORT]`,
/// which is TLS from the first byte (RFC 8314 §3).
package struct SMTPServer: Sendable, CustomStringConvertible, CustomReflectable {
    /// Why a server cannot be used as it was described; the text says what to do.
    package struct Wrong: Error, CustomStringConvertible {
        package let description: String
    }

    package let isTLS: Bool
    package let host: String
    package let port: UInt16
    /// Without TLS whoever listens reads every code. For a relay on the same machine only.
    package let allowsPlain: Bool
    let credentials: (user: String, password: String)?
    let authorities: String?
    package let timeouts: Timeouts

    package var description: String {
        "\(isTLS ? "smtps" : "smtp")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Without the password.
    package var customMirror: Mirror { Mirror(reflecting: description) }

    /// A user's name and password go over TLS only. `authorities`: a file of certificates (PEM) to trust instead of the
    /// system's.
    package init(
        _ url: String, user: String? = nil, password: String? = nil, allowsPlain: Bool = false,
        authorities: String? = nil, timeouts: Timeouts = Timeouts(whole: .seconds(60))
    ) throws(Wrong) {
        let parts = url.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch parts.first?.lowercased() {
        case "smtp": isTLS = false
        case "smtps": isTLS = true
        default: throw Wrong(description: "It begins with neither smtp:// nor smtps://.")
        }
        // Read as what has the same form.
        let address: HTTPAddress
        do {
            address = try HTTPAddress("http:\(parts.dropFirst().joined())")
        } catch {
            throw Wrong(description: "It cannot be read; write smtps://HOST or smtps://HOST:PORT.")
        }
        guard address.text.split(separator: "/").count == 2, !address.text.contains("?") else {
            throw Wrong(description: "Behind the host and its port stands something more.")
        }
        // Behind the brackets of an IPv6 address, or anywhere: what is left is HOST:PORT.
        let place = parts[1].drop { $0 == "/" }
        let hasPort = (place.lastIndex(of: "]").map { place[$0...] } ?? place).contains(":")
        host = address.host
        port = hasPort ? address.port : isTLS ? 465 : 587
        switch (user, password) {
        case (nil, nil): credentials = nil
        case (let user?, let password?):
            guard !allowsPlain || isTLS else {
                throw Wrong(description: "A password is not sent without TLS; take that exception away, or the user.")
            }
            credentials = (user, password)
        case (nil, _?), (_?, nil):
            throw Wrong(description: "A user needs a password, and a password a user.")
        }
        self.allowsPlain = allowsPlain
        self.authorities = authorities
        self.timeouts = timeouts
    }
}

/// Why a mail was not taken, or may not have been.
package struct SMTPFailure: Error, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable {
        /// They were not reached, or left before they had the mail's last byte.
        case notReached
        /// They do not take mail from this house as it is set up: user, password, sender's address.
        case notLetIn
        /// They do not want this mail: now, or ever (`isPermanent`).
        case refused
        /// They had all of it, and did not say whether they took it.
        case uncertain
    }

    package let code: Code
    package let description: String
    package var isPermanent = false
    /// Their last reply's code (RFC 5321 §4.2); nil when they said nothing.
    package var reply: Int?
}
