import CCurl

/// An `http` or `https` URL, read by libcurl: whoever checks an address must read it with the eyes of the one who will go
/// there, or the two will once disagree about where its host begins.
package struct HTTPAddress: Sendable, Hashable, CustomStringConvertible {
    /// A key of 1,024 bytes in S3, percent-encoded, with a host and a signed query, is shorter.
    package static let maxBytes = 8192

    package let isTLS: Bool
    /// In lower case, decoded; an IPv4 address with four decimal parts, however it was written; an IPv6 address without its
    /// brackets.
    package let host: String
    package let port: UInt16
    /// As it goes out: without user, password and fragment.
    package let text: String

    package var description: String { text }

    /// `text` is a whole URL, in ASCII: a name in other letters is written in its `xn--` form.
    package init(_ text: String) throws(HTTPFailure) {
        guard text.utf8.count <= Self.maxBytes else { throw Self.wrong("is longer than \(Self.maxBytes) bytes") }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Self.wrong("has a space, a control character or a letter that is not ASCII")
        }
        // Browsers take it for a slash, libcurl does not.
        guard !text.contains("\\") else { throw Self.wrong("has a backslash") }
        // libcurl puts up with one slash and with three, and so moves a path to where the host is.
        let scheme = text.prefix { $0 != ":" }
        guard text.dropFirst(scheme.count).hasPrefix("://"), !text.dropFirst(scheme.count).hasPrefix(":///") else {
            throw Self.wrong("does not begin with https:// and a host")
        }
        guard let url = curl_url() else { throw Self.wrong("cannot be read: no memory") }
        defer { curl_url_cleanup(url) }
        let code = curl_url_set(url, CURLUPART_URL, text, 0)
        guard code == CURLUE_OK else { throw Self.wrong("cannot be read: \(String(cString: curl_url_strerror(code)))") }
        switch Self.part(url, CURLUPART_SCHEME) {
        case "https": isTLS = true
        case "http": isTLS = false
        default: throw Self.wrong("begins with neither https:// nor http://")
        }
        guard Self.part(url, CURLUPART_USER) == nil, Self.part(url, CURLUPART_PASSWORD) == nil else {
            throw Self.wrong("holds a user or a password; give them apart from it")
        }
        guard Self.part(url, CURLUPART_ZONEID) == nil else { throw Self.wrong("names a zone of this machine") }
        guard var host = Self.part(url, CURLUPART_HOST)?.lowercased(), !host.isEmpty else {
            throw Self.wrong("has no host")
        }
        // libcurl decodes a host that was percent-encoded; what comes out is looked at like the rest.
        guard host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Self.wrong("has a host that is not ASCII")
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.host = host
        let usual: UInt16 = isTLS ? 443 : 80
        guard let port = Self.part(url, CURLUPART_PORT).map({ UInt16($0) }) ?? usual, port > 0 else {
            throw Self.wrong("has a port that is none")
        }
        self.port = port
        curl_url_set(url, CURLUPART_FRAGMENT, nil, 0)
        guard let whole = Self.part(url, CURLUPART_URL) else { throw Self.wrong("cannot be written again") }
        self.text = whole
    }

    private static func part(_ url: OpaquePointer, _ which: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, which, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    private static func wrong(_ what: String) -> HTTPFailure { HTTPFailure(.badRequest, "The address \(what).") }
}
