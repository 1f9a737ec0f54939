/// What keeps a case's state, and each of its events, bounded.
package enum Limits {
    /// UTF-8 bytes of a message, a note or a subject: some six pages; longer texts are files.
    package static let textBytes = 16_384
    /// UTF-8 bytes of an identifier's value, a reason or a file's title.
    package static let lineBytes = 1024
    package static let filesPerMessage = 10
    /// Beside the assignee: a conversation of more people than this is a meeting.
    package static let participants = 32
    /// Mandatory identifiers that one team asks for.
    package static let fields = 64
    /// Rooms that one room may absorb, with those that came along with them; the next one stays a room of its own.
    package static let absorbedCases = 64
    /// Of one room: each is a message to somebody's telephone.
    package static let invitations = 32
}
