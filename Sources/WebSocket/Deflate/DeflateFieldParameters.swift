/// The parameters of one permessage-deflate element as it stands in a header, whether offer or answer (RFC 7692 §7.1).
struct DeflateFieldParameters: Equatable {
    enum Place {
        case offer
        case answer
    }

    /// RFC 7692 §7.1.2.2: an offer may name client_max_window_bits without a value, to say that it is understood.
    enum ClientWindow: Equatable {
        case absent
        case anyValue
        case bits(Int)
    }

    static let serverNoContextTakeoverName = "server_no_context_takeover"
    static let clientNoContextTakeoverName = "client_no_context_takeover"
    static let serverMaxWindowBitsName = "server_max_window_bits"
    static let clientMaxWindowBitsName = "client_max_window_bits"

    var serverNoContextTakeover = false
    var clientNoContextTakeover = false
    var serverMaxWindowBits: Int?
    var clientMaxWindowBits = ClientWindow.absent

    init() {}

    /// RFC 7692 §7.1: a parameter that is unknown, repeated or has a value it cannot have spoils the element.
    init(_ parameters: [ExtensionList.Parameter], in place: Place) throws(DeflateNegotiationError) {
        for parameter in parameters {
            guard read(parameter, in: place) else { throw .invalidParameter(parameter.name) }
        }
    }

    private mutating func read(_ parameter: ExtensionList.Parameter, in place: Place) -> Bool {
        switch parameter.name {
        case Self.serverNoContextTakeoverName:
            guard !serverNoContextTakeover, parameter.value == nil else { return false }
            serverNoContextTakeover = true
        case Self.clientNoContextTakeoverName:
            guard !clientNoContextTakeover, parameter.value == nil else { return false }
            clientNoContextTakeover = true
        case Self.serverMaxWindowBitsName:
            guard serverMaxWindowBits == nil, let bits = Self.windowBits(parameter.value) else { return false }
            serverMaxWindowBits = bits
        case Self.clientMaxWindowBitsName:
            guard clientMaxWindowBits == .absent else { return false }
            if let bits = Self.windowBits(parameter.value) {
                clientMaxWindowBits = .bits(bits)
            } else if place == .offer, parameter.value == nil {
                clientMaxWindowBits = .anyValue
            } else {
                return false
            }
        default:
            return false
        }
        return true
    }

    /// RFC 7692 §7.1.2: "a decimal integer value without leading zeroes between 8 to 15 inclusive".
    private static func windowBits(_ value: String?) -> Int? {
        guard let value, let bits = Int(value), 8...15 ~= bits, String(bits) == value else { return nil }
        return bits
    }

    /// As it follows the extension's name in a header.
    var text: String {
        var text = ""
        if serverNoContextTakeover { text += "; \(Self.serverNoContextTakeoverName)" }
        if clientNoContextTakeover { text += "; \(Self.clientNoContextTakeoverName)" }
        if let bits = serverMaxWindowBits { text += "; \(Self.serverMaxWindowBitsName)=\(bits)" }
        switch clientMaxWindowBits {
        case .absent: break
        case .anyValue: text += "; \(Self.clientMaxWindowBitsName)"
        case .bits(let bits): text += "; \(Self.clientMaxWindowBitsName)=\(bits)"
        }
        return text
    }
}
