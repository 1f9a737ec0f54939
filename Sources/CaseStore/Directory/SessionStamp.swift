/// What stands behind a session's token in its cookie: that this house has made it, which can be told without the database.
/// It opens nothing. In a storm those who have to wait are told so by it alone: to look up ten thousand sessions, only to
/// send them away again, would take the time of those who are in.
enum SessionStamp {
    /// Of an HMAC-SHA-256, enough that nobody finds one by trying.
    static let bytes = 8
    private static let purpose: StaticString = "foyer session stamp 1"

    static func make(_ token: Token, _ vault: Vault) throws(VaultError) -> String {
        let hash = try vault.keyedHash(Array(token.text.utf8), organisation: Directory.house, purpose: purpose)
        return Hex.text(Array(hash.prefix(bytes)))
    }

    /// The token, and what stands behind it.
    static func split(_ text: String) -> (token: Token, stamp: Substring)? {
        let length = 2 * Token.bytes
        guard text.utf8.count == length || text.utf8.count == length + 2 * bytes else { return nil }
        return Token(String(text.prefix(length))).map { ($0, text.dropFirst(length)) }
    }
}

extension Directory {
    /// A session's token as its browser keeps it.
    package func stamped(_ token: Token) throws(DirectoryError) -> String {
        do throws(VaultError) {
            return token.text + (try SessionStamp.make(token, vault))
        } catch {
            throw DirectoryError(.unavailable("\(error)"))
        }
    }

    /// Whether this house has once given it to somebody; not whether the session lives. Asks no database. False also where
    /// that cannot be told, as of a cookie of an earlier release.
    package func hasStamped(_ text: String) -> Bool {
        guard let (token, stamp) = SessionStamp.split(text), let right = try? SessionStamp.make(token, vault)
        else { return false }
        return ConstantTime.areEqual(Array(stamp.utf8), Array(right.utf8))
    }
}
