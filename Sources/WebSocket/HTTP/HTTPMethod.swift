/// What a request asks for (RFC 9110 §9).
package enum HTTPMethod: String, Sendable, Hashable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
    case options = "OPTIONS"
    case patch = "PATCH"
    case connect = "CONNECT"
    case trace = "TRACE"
    /// A token that we know nothing about.
    case other = ""

    /// Methods are case-sensitive (RFC 9110 §9.1).
    init(_ bytes: UnsafeRawBufferPointer) {
        // GET is nearly all that arrives; the others can afford the comparisons.
        if bytes.count == 3, bytes[0] == 0x47, bytes[1] == 0x45, bytes[2] == 0x54 {
            self = .get
        } else {
            self = Self.allCases.first { ASCII.equals(bytes, $0.rawValue) } ?? .other
        }
    }
}
