package struct HTTPField: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// A name that is a token and a value that stays in its line (RFC 9110 §5.1, §5.5): neither can add a field of its own.
    var isSound: Bool {
        let tchar = Set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        return !name.isEmpty && name.utf8.allSatisfy(tchar.contains)
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    /// As libcurl takes them: a field without a value ends in a semicolon, or it would not be sent.
    var line: String { value.isEmpty ? "\(name);" : "\(name): \(value)" }
}

package enum HTTPMethod: String, Sendable, Hashable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
}

/// Who asks, and how that is shown. No description shows the secret.
package enum HTTPCredentials: Sendable, CustomStringConvertible, CustomReflectable {
    case basic(user: String, password: String)
    /// AWS Signature Version 4 for one service, such as `s3`, of one region. A body that is streamed is signed as
    /// `UNSIGNED-PAYLOAD`, unless the request has the field `x-amz-content-sha256`. A query must be sorted and
    /// percent-encoded already.
    case aws(accessKey: String, secretKey: String, region: String, service: String)

    package var description: String {
        switch self {
        case .basic(let user, _): "basic, user \(user)"
        case .aws(let accessKey, _, let region, let service): "aws, key \(accessKey) for \(service) in \(region)"
        }
    }

    package var customMirror: Mirror { Mirror(reflecting: description) }
}

package struct HTTPRequest: Sendable {
    package var method: HTTPMethod
    package var address: HTTPAddress
    package var fields: [HTTPField]
    /// A body of a few bytes; one that is streamed is given to `HTTPClient.send`. nil: none at all.
    package var body: [UInt8]?
    package var credentials: HTTPCredentials?
    package var timeouts: Timeouts
    /// The longest body of an answer that is kept; a longer one is an error. What goes into a sink does not count.
    package var maxAnswerBytes = 1 << 20
    /// The IP address to connect to, whatever the name of the host stands for by now: the one that was looked at.
    package var pinnedAddress: String?

    package init(
        _ method: HTTPMethod, _ address: HTTPAddress, fields: [HTTPField] = [], body: [UInt8]? = nil,
        credentials: HTTPCredentials? = nil, timeouts: Timeouts = Timeouts()
    ) {
        self.method = method
        self.address = address
        self.fields = fields
        self.body = body
        self.credentials = credentials
        self.timeouts = timeouts
    }

    func has(_ name: String) -> Bool { fields.contains { $0.name.lowercased() == name } }
}
