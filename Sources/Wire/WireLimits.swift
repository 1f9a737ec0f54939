/// What keeps a message, and the work of reading it, bounded. Lengths of texts are the case machine's to judge.
package enum WireLimits {
    /// Of a client's message: a text of 16 KiB fits even if every character of two bytes is escaped as `\u00e9`.
    package static let clientMessageBytes = 65_536
    /// Of a server's message, as a client reads it: the largest is a page of 100 summaries, each of a few kilobytes.
    package static let serverMessageBytes = 4_194_304
    /// Containers in containers: the deepest message has six (cursors of a summary of a page), two are for the future.
    package static let depth = 8
    /// Of one object: three times the largest, a summary. Duplicates are found by comparing each with each.
    package static let members = 96
    /// Of one array in a client's message: beyond `values`, so that a client hears of that limit and not of this one.
    package static let clientElements = 1024
    /// Of one array in a server's message: the colleagues of a large team.
    package static let serverElements = 65_536
    /// Identifiers in one `identify`: as many as a team may ask for.
    package static let values = 64
    /// Files in one message: as many as one may have.
    package static let files = 10
    /// UTF-8 bytes of the name of a case, a team or a person: a UUID has 36, a longer one is none of ours.
    package static let nameBytes = 64
    /// UTF-8 bytes of a ticket: 256 bits take 64 hexadecimal digits; the rest is for other forms of them.
    package static let ticketBytes = 256
    /// Closed cases on one page: as many as fill several screens.
    package static let closedPage: ClosedRange<Int64> = 1...100
    /// What a `Double` holds exactly, and so what a JavaScript client can read and write (RFC 8259 §6).
    package static let largestInteger: Int64 = 9_007_199_254_740_991
}
