import Glibc

/// A mail of plain text, as it goes over the wire (RFC 5322, RFC 2045). Whatever a name, a subject or a text holds, it is
/// encoded so that it stays in its place: no header can be added through it.
package struct MailMessage: Sendable {
    /// Of subject and text, in UTF-8 bytes: a notice has a few hundred.
    package static let maxSubjectBytes = 1000
    package static let maxTextBytes = 64 << 10

    package let from: MailAddress
    package let to: MailAddress
    package let subject: String
    package let text: String
    /// The left side of the Message-ID: letters, digits, dots and hyphens. The same mail, sent again, has the same one, by
    /// which most mailboxes show it once.
    package let id: String
    package let secondsSinceEpoch: Int64

    /// nil when it is too long, or `id` is none.
    package init?(
        from: MailAddress, to: MailAddress, subject: String, text: String, id: String, secondsSinceEpoch: Int64
    ) {
        guard subject.utf8.count <= Self.maxSubjectBytes, text.utf8.count <= Self.maxTextBytes,
            (1...100).contains(id.utf8.count),
            id.utf8.allSatisfy({ "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-".utf8.contains($0) })
        else { return nil }
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.id = id
        self.secondsSinceEpoch = secondsSinceEpoch
    }

    package var bytes: [UInt8] {
        let head = [
            "Date: \(Self.date(secondsSinceEpoch))",
            "From: \(Self.shown(from))",
            "To: \(Self.shown(to))",
            "Message-ID: <\(id)@\(from.domain)>",
            "Subject: \(EncodedWords.of(subject))",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            // No answer of a machine to this machine (RFC 3834 §5).
            "Auto-Submitted: auto-generated",
        ]
        return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + QuotedPrintable.of(text)
    }

    private static func shown(_ address: MailAddress) -> String {
        address.name.isEmpty
            ? address.address : "\(EncodedWords.of(address.name, always: true))\r\n <\(address.address)>"
    }

    /// As RFC 5322 §3.3 writes it, in UTC. Not by `strftime`, which would name the days in the machine's language.
    static func date(_ secondsSinceEpoch: Int64) -> String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // Years of four digits; beyond there is no such date.
        var moment = time_t(min(max(secondsSinceEpoch, 0), 253_402_300_799))
        var parts = tm()
        guard gmtime_r(&moment, &parts) != nil, days.indices.contains(Int(parts.tm_wday)),
            months.indices.contains(Int(parts.tm_mon))
        else { return "Thu, 01 Jan 1970 00:00:00 +0000" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) "
            + "\(Int(parts.tm_year) + 1900) \(clock) +0000"
    }
}
