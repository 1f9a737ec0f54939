import COpenSSL

/// Something that somebody did and that must be known later: logging in, looking at a case, exporting, changing,
/// erasing. Rows stay when what they speak of is erased; so they name people and cases by their ids, and hold no
/// message, contact or name.
package struct AuditEntry: Sendable, Equatable {
    /// Longer texts are cut: an audit that refused a long one would stop what it is to witness.
    package static let longestTextBytes = 2048

    /// Milliseconds since 1970, by the house's clock.
    package let at: Int64
    /// 0 for what concerns the house and none of its organisations.
    package let organisation: Int64
    /// Who: `member:17`, `guest:4`, `operator`, `clock`.
    package let actor: String
    /// What, as a past fact: `case.viewed`, `member.loggedIn`, `case.erased`.
    package let action: String
    /// To what: `case:42`.
    package let subject: String
    /// Which part of it, or how; may be empty.
    package let detail: String

    package init(
        at: Int64, organisation: Int64, actor: String, action: String, subject: String, detail: String = ""
    ) {
        self.at = at
        self.organisation = organisation
        self.actor = Self.cut(actor)
        self.action = Self.cut(action)
        self.subject = Self.cut(subject)
        self.detail = Self.cut(detail)
    }

    /// An entry as it stands in the table, which may not be as anybody wrote it: nothing is cut.
    init(
        readAt at: Int64, organisation: Int64, actor: String, action: String, subject: String, detail: String
    ) {
        self.at = at
        self.organisation = organisation
        self.actor = actor
        self.action = action
        self.subject = subject
        self.detail = detail
    }

    /// Also at a NUL, where SQLite's own functions would see the end of the text.
    private static func cut(_ text: String) -> String {
        let bytes = text.utf8.prefix(longestTextBytes).prefix { $0 != 0 }
        return bytes.count == text.utf8.count ? text : String(decoding: bytes, as: UTF8.self)
    }
}

/// An entry in its place in a node's chain.
struct AuditRow: Equatable {
    /// What the first row of a chain follows on.
    static let beginning = [UInt8](repeating: 0, count: AuditDigest.bytes)

    let node: String
    /// 1, 2, 3 … without a gap.
    let number: Int64
    let entry: AuditEntry

    /// SHA-256 over the row and the hash of the row before, so that no row can be changed, removed or moved without
    /// changing all that follow.
    func hash(after previous: [UInt8]) -> [UInt8] {
        var digest = AuditDigest("foyer audit row 1")
        digest.append(previous)
        digest.append(node)
        digest.append(number)
        digest.append(entry.at)
        digest.append(entry.organisation)
        digest.append(entry.actor)
        digest.append(entry.action)
        digest.append(entry.subject)
        digest.append(entry.detail)
        return digest.sha256()
    }
}

/// Fields as bytes that can be read in one way only: each text and blob behind its length.
struct AuditDigest {
    static let bytes = 32
    private(set) var message: [UInt8] = []

    /// `purpose` keeps what is hashed or signed for one purpose from being shown for another.
    init(_ purpose: String) {
        message.reserveCapacity(512)
        append(purpose)
    }

    mutating func append(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { message.append(contentsOf: $0) }
    }

    mutating func append(_ text: String) {
        append(Int64(text.utf8.count))
        message.append(contentsOf: text.utf8)
    }

    mutating func append(_ blob: [UInt8]) {
        append(Int64(blob.count))
        message.append(contentsOf: blob)
    }

    func sha256() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.bytes) { buffer, count in
            _ = SHA256(message, message.count, buffer.baseAddress)
            count = Self.bytes
        }
    }
}
