/// A file in a message. Its content is fetched over HTTP (docs/http.md).
package struct WireFile: Hashable, Sendable, JSONShape {
    package let id: String
    /// What its sender called it. Shown, and never a path.
    package let title: String
    package let bytes: Int64
    /// Its media type, as it was found and not as it was declared.
    package let type: String
    package let standing: FileStanding

    package init(id: String, title: String, bytes: Int64, type: String, standing: FileStanding) {
        self.id = id
        self.title = title
        self.bytes = bytes
        self.type = type
        self.standing = standing
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            id: try object.name("id"), title: try object.text("title"), bytes: try object.number("bytes"),
            type: try object.text("type"), standing: try FileStanding(from: object))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("title", title)
        writer.field("bytes", bytes)
        writer.field("type", type)
        standing.write(to: &writer)
    }
}

/// Whether a file can be had.
package enum FileStanding: Hashable, Sendable {
    /// It is being checked; nobody gets it before.
    case quarantined(Wait)
    case ready
    /// The virus scanner has found something.
    case refused
    case removed

    package enum Wait: String, Hashable, Sendable, CaseIterable {
        case checking
        case scannerAway = "scanner_away"
        case tooLargeToScan = "too_large_to_scan"
    }

    private enum Word: String, CaseIterable {
        case quarantined, ready, refused, removed
    }

    init(from object: JSONObject) throws(FieldFailure) {
        let word: Word = try object.word("state")
        self =
            switch word {
            case .quarantined: .quarantined(try object.word("reason"))
            case .ready: .ready
            case .refused: .refused
            case .removed: .removed
            }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .quarantined(let wait):
            writer.field("state", Word.quarantined)
            writer.field("reason", wait)
        case .ready: writer.field("state", Word.ready)
        case .refused: writer.field("state", Word.refused)
        case .removed: writer.field("state", Word.removed)
        }
    }
}

/// A file that was sent in a case is how it was not before: its quarantine has ended, or it was taken back.
package struct FilePush: Hashable, Sendable {
    package let caseID: String
    package let id: String
    package let standing: FileStanding

    package init(caseID: String, id: String, standing: FileStanding) {
        self.caseID = caseID
        self.id = id
        self.standing = standing
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            caseID: try object.name("case"), id: try object.name("id"), standing: try FileStanding(from: object))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("case", caseID)
        writer.field("id", id)
        standing.write(to: &writer)
    }
}
