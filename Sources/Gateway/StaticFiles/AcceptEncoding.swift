import WebSocket

/// Which forms of a content a client takes (RFC 9110 §12.5.3).
enum AcceptEncoding {
    /// Whether it names gzip, or everything, and does not refuse it by a weight of zero. Who names nothing gets the plain
    /// form: what they can read is anybody's guess.
    static func allowsGzip(_ head: RequestHead) -> Bool {
        var everything = false
        for value in head.fields.values(of: "accept-encoding") {
            for element in value.split(separator: ",") {
                let parts = element.split(separator: ";").map { $0.drop { $0 == " " || $0 == "\t" } }
                let name = parts.first?.prefix { $0 != " " && $0 != "\t" }.lowercased()
                let isWanted = !parts.dropFirst().contains(where: isZeroWeight)
                switch name {
                case "gzip", "x-gzip": return isWanted
                case "*": everything = isWanted
                default: break
                }
            }
        }
        return everything
    }

    /// `q=0`, `q=0.000` and what lies between.
    private static func isZeroWeight(_ parameter: Substring) -> Bool {
        let text = parameter.lowercased()
        return text.hasPrefix("q=0") && text.dropFirst(3).allSatisfy { $0 == "." || $0 == "0" || $0 == " " }
    }
}
