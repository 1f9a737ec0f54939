/// A client's name for a command: one key is one decision.
extension JSONObject {
    func key() throws(FieldFailure) -> UInt128 {
        guard case .string(let text) = self["key"], let key = keyValue(text.utf8) else {
            throw FieldFailure("key", "must be 32 hexadecimal digits")
        }
        return key
    }
}

/// `UInt128(_:radix:)` would also take a sign, and fewer digits.
private func keyValue(_ digits: String.UTF8View) -> UInt128? {
    guard digits.count == 32 else { return nil }
    var key: UInt128 = 0
    for digit in digits {
        guard let value = hexadecimalValue(digit) else { return nil }
        key = key &<< 4 | UInt128(value)
    }
    return key
}

func hexadecimal(_ key: UInt128) -> String {
    let digits = String(key, radix: 16)
    return String(repeating: "0", count: 32 - digits.utf8.count) + digits
}
