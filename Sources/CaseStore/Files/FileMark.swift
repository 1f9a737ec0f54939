package import CaseMachine

extension FileRegister {
    private static let purpose: StaticString = "foyer file link 1"

    /// What makes a link to a file good: for this session, until this moment. HMAC-SHA-256 under a key that is derived from the
    /// house's; half of it, which nobody finds by trying.
    package func mark(
        of name: PublicID, for session: SessionID, until: Timestamp
    ) throws(DirectoryError) -> String {
        let message = [name.value.bigEndianBytes, Self.bytes(session.value), Self.bytes(until.milliseconds)]
        do throws(VaultError) {
            let hash = try directory.vault.keyedHash(
                message.flatMap(\.self), organisation: Directory.house, purpose: Self.purpose)
            return Hex.text(Array(hash.prefix(16)))
        } catch {
            throw DirectoryError(.unavailable("\(error)"))
        }
    }

    package func isGood(
        _ mark: String, of name: PublicID, for session: SessionID, until: Timestamp
    ) throws(DirectoryError) -> Bool {
        ConstantTime.areEqual(Array(mark.utf8), Array(try self.mark(of: name, for: session, until: until).utf8))
    }

    private static func bytes(_ number: Int64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
}
