/// What a Redis server says (RESP2), with nothing of the parser's left in it.
indirect enum RedisReply: Equatable {
    case status(String)
    case error(String)
    case integer(Int64)
    case bytes([UInt8])
    case nothing
    case list([RedisReply])

    /// What kind it is, for a log line; never what it holds.
    var kind: String {
        switch self {
        case .status: "a status"
        case .error: "an error"
        case .integer: "a number"
        case .bytes: "a string"
        case .nothing: "nothing"
        case .list: "a list"
        }
    }
}

/// The server does not keep to the protocol, or to our bounds on it.
struct RedisProtocolError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
