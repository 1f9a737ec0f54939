/// What a browser keeps that a member has signed in from: it counts its wrong passwords apart from everybody else's, so
/// that nobody keeps a member out of their own browser by failing at their account from elsewhere.
///
/// Random bits, and their HMAC together with the account under a key of the house's own: the house keeps none of them, and
/// nobody makes one without the password. It is good for trying a password, and for nothing else.
struct BrowserMark {
    let text: String
    /// What stands for the browser where its tries are counted.
    let bytes: [UInt8]

    static let randomBytes = 32
    private static let macBytes = 32

    /// nil for what was not made here, or for another account.
    init?(_ text: String, of account: [UInt8], _ mac: ([UInt8]) throws -> [UInt8]) rethrows {
        guard text.utf8.count == 2 * (Self.randomBytes + Self.macBytes), let all = Hex.bytes(text) else { return nil }
        let bytes = Array(all[..<Self.randomBytes])
        guard ConstantTime.areEqual(try mac(bytes + account), Array(all[Self.randomBytes...])) else { return nil }
        self.text = text
        self.bytes = bytes
    }

    init(random bytes: [UInt8], of account: [UInt8], _ mac: ([UInt8]) throws -> [UInt8]) rethrows {
        text = Hex.text(bytes + (try mac(bytes + account)))
        self.bytes = bytes
    }
}

extension Directory {
    func mark(_ text: String?, of account: [UInt8]) throws -> BrowserMark? {
        try text.flatMap { try BrowserMark($0, of: account, macOfMark) }
    }

    func freshMark(_ random: [UInt8], of account: [UInt8]) throws -> BrowserMark {
        try BrowserMark(random: random, of: account, macOfMark)
    }

    private func macOfMark(_ bytes: [UInt8]) throws -> [UInt8] {
        try vault.keyedHash(bytes, organisation: Self.house, purpose: "foyer browser mark 1")
    }
}
