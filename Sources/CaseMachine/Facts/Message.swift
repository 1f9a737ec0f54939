/// What a person writes: text, files, or both.
package struct Message: Hashable, Sendable {
    package let text: String
    package let files: [SharedFile]
    package let voice: Voice

    package init(text: String, files: [SharedFile] = [], voice: Voice = .own) {
        self.text = text
        self.files = files
        self.voice = voice
    }

    var inOwnVoice: Message { Message(text: text, files: files) }
}

/// Members work as the team and as themselves (S2.5). Only a message has a voice: a note is among colleagues.
package enum Voice: UInt8, Hashable, Sendable, CaseIterable {
    case own
    /// The guest reads that the team wrote it; colleagues, and the log, know who.
    case team
}

/// A file that has been uploaded and checked. The name is the server's; what the sender called it is shown, never used.
package struct SharedFile: Hashable, Sendable {
    package let file: FileID
    package let title: String
    package let byteCount: Int64
    package let mediaType: String

    package init(file: FileID, title: String, byteCount: Int64, mediaType: String) {
        self.file = file
        self.title = title
        self.byteCount = byteCount
        self.mediaType = mediaType
    }
}

/// What a guest answered to an identifier that the team asks for.
package struct FieldValue: Hashable, Sendable {
    package let field: FieldID
    package let value: String

    package init(field: FieldID, value: String) {
        self.field = field
        self.value = value
    }
}

/// Where an event stands: each audience counts its own events 1, 2, 3 …, so that no hole betrays a private note.
package struct Numbers: Hashable, Sendable {
    /// 0 in what the guest reads: how much the team has written between their messages is not theirs to know.
    package let forTeam: Int64
    /// Nil for what the guest may not see.
    package let forGuest: Int64?

    package init(forTeam: Int64, forGuest: Int64?) {
        self.forTeam = forTeam
        self.forGuest = forGuest
    }
}
