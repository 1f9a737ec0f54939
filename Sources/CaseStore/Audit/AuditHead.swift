/// A signed statement about a node's chain: at this time it had so many rows, and the last one had this hash. Without
/// it, rows could be removed at the end, or all hashes be computed anew.
struct AuditHead: Equatable, Sendable {
    let node: String
    /// 1, 2, 3 … for each node, so that a missing head is seen.
    let number: Int64
    let rows: Int64
    /// Milliseconds since 1970.
    let at: Int64
    let hash: [UInt8]
    let signature: [UInt8]

    init(node: String, number: Int64, rows: Int64, at: Int64, hash: [UInt8], signature: [UInt8]) {
        self.node = node
        self.number = number
        self.rows = rows
        self.at = at
        self.hash = hash
        self.signature = signature
    }

    init(node: String, number: Int64, rows: Int64, at: Int64, hash: [UInt8], by signer: AuditSigner) throws {
        let unsigned = Self(node: node, number: number, rows: rows, at: at, hash: hash, signature: [])
        self.init(
            node: node, number: number, rows: rows, at: at, hash: hash, signature: try signer.sign(unsigned.message))
    }

    var message: [UInt8] {
        var digest = AuditDigest("foyer audit head 1")
        digest.append(node)
        digest.append(number)
        digest.append(rows)
        digest.append(at)
        digest.append(hash)
        return digest.message
    }

    func isSigned(by key: AuditPublicKey) -> Bool {
        key.accepts(signature, of: message)
    }
}

/// A head as a line of the heads file: version, node, number, rows, time, hash, signature, with a space between.
extension AuditHead {
    /// What may be a node's name, so that a line can be split at its spaces.
    static func isNodeName(_ name: some StringProtocol) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || "._:-".utf8.contains($0)
            }
    }

    var line: String {
        "1 \(node) \(number) \(rows) \(at) \(Hex.text(hash)) \(Hex.text(signature))"
    }

    init?(line: some StringProtocol) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 7, words[0] == "1", Self.isNodeName(words[1]), let number = Int64(words[2]),
            let rows = Int64(words[3]), let at = Int64(words[4]), let hash = Hex.bytes(words[5]),
            let signature = Hex.bytes(words[6])
        else { return nil }
        self.init(node: String(words[1]), number: number, rows: rows, at: at, hash: hash, signature: signature)
    }
}

enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let values = text.utf8.compactMap { digits.firstIndex(of: $0) }
        guard values.count == text.utf8.count, values.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}
