import Foundation

/// What stands sealed in a row: JSON with the number of its shape, so that a later release can read an earlier one's.
private struct Shaped<Value> {
    static var newest: Int { 1 }

    let shape: Int
    let value: Value
}

extension Shaped: Encodable where Value: Encodable {}
extension Shaped: Decodable where Value: Decodable {}

/// Read first: what a newer shape holds, only a newer release knows.
private struct ShapeNumber: Decodable {
    let shape: Int
}

extension Directory {
    func seal(_ value: some Encodable, _ owner: KeyOwner, _ column: UInt16, row: Int64) throws -> [UInt8] {
        let plain = [UInt8](try JSONEncoder().encode(Shaped(shape: 1, value: value)))
        let place = SealedPlace(owner, column: column, row: row)
        return try sealers.lend { sealer throws(StoreError) in
            Result { () throws(VaultError) in try sealer.seal(plain, at: place) }
        }.get()
    }

    func open<Value: Decodable>(
        _ type: Value.Type, _ blob: [UInt8], _ owner: KeyOwner, _ column: UInt16, row: Int64
    ) throws -> Value {
        let place = SealedPlace(owner, column: column, row: row)
        let plain = Data(
            try sealers.lend { sealer throws(StoreError) in
                Result { () throws(VaultError) in try sealer.open(blob, at: place) }
            }.get())
        let decoder = JSONDecoder()
        let shape = try decoder.decode(ShapeNumber.self, from: plain).shape
        guard shape == Shaped<Value>.newest else {
            throw StoreError.unavailable("A row of the directory was written by a later release (shape \(shape)).")
        }
        return try decoder.decode(Shaped<Value>.self, from: plain).value
    }
}

extension Vault {
    /// HMAC-SHA-256 under a key of this purpose alone, which is gone with the organisation's (RFC 2104).
    func keyedHash(
        _ message: [UInt8], organisation: Int64, purpose: StaticString
    ) throws(VaultError) -> [UInt8] {
        try key(of: .organisation(organisation)).secret.derived(for: purpose).hmac(message)
    }
}

extension Token {
    /// 256 random bits cannot be tried through, so that a plain hash is enough.
    var sha256: [UInt8] { Self.sha256(Array(text.utf8)) }

    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = AuditDigest("foyer token 1")
        digest.append(bytes)
        return digest.sha256()
    }
}
