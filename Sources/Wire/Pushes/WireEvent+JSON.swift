extension WireEvent: JSONShape {
    init(from object: JSONObject) throws(FieldFailure) {
        let type: EventType = try object.word("type")
        self =
            switch type {
            case .opened:
                .opened(subject: try object.text("subject"), category: try object.optionalShape("category"))
            case .identifiers: .identifiers(try object.shapes("values"))
            case .ready: .ready
            case .message:
                .message(try Text(from: object), voice: try object.word("voice"), files: try object.files())
            case .automatic: .automatic(text: try object.text("text"))
            case .closedByItself: .closedByItself(isUnanswered: try object.flag("unanswered"))
            case .note: .note(try Text(from: object), files: try object.files())
            case .edited: .edited(number: try object.number("number"), text: try object.text("text"))
            case .deleted: .deleted(number: try object.number("number"))
            case .claimed: .claimed
            case .released: .released
            case .transferred: .transferred(to: try object.shape("to"))
            case .participantAdded: .participantAdded(try object.shape("member"))
            case .participantRemoved: .participantRemoved(try object.shape("member"))
            case .participantLeft: .participantLeft
            case .assigneeLost: .assigneeLost(try object.shape("member"))
            case .snoozed: .snoozed(until: try object.number("until"))
            case .woke: .woke(try object.word("reason"))
            case .closeRequested: .closeRequested
            case .closeDeclined: .closeDeclined
            case .closingWarned: .closingWarned
            case .closed: .closed(try object.word("reason"), note: try object.optionalText("note"))
            case .reopened: .reopened
            case .erased: .erased(try object.word("reason"))
            case .alerted: .alerted(level: try object.number("level"))
            case .missedResponse:
                .missedResponse(side: try object.word("side"), dueAt: try object.number("dueAt"))
            case .callStarted: .callStarted(try object.word("call"))
            case .callAnswered: .callAnswered
            case .callDeclined: .callDeclined
            case .callEnded: .callEnded(try object.word("how"))
            case .invited: .invited(try object.word("channel"))
            case .linkShared: .linkShared
            case .merged: .merged(into: try object.name("into"))
            case .mergeUndone: .mergeUndone
            case .absorbed: .absorbed(from: try object.name("from"))
            case .absorptionUndone: .absorptionUndone
            case .blast: .blast(text: try object.text("text"), files: try object.files())
            }
    }

    /// What an event carries beside `type`, `at` and `author`.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .opened(let subject, let category):
            writer.field("subject", subject)
            writer.field("category", category)
        case .identifiers(let values): writer.field("values", values)
        case .message(let text, let voice, let files):
            text.write(to: &writer)
            writer.field("voice", voice)
            writer.files(files)
        case .note(let text, let files):
            text.write(to: &writer)
            writer.files(files)
        case .automatic(let text): writer.field("text", text)
        case .blast(let text, let files):
            writer.field("text", text)
            writer.files(files)
        case .closedByItself(let isUnanswered): writer.field("unanswered", isUnanswered)
        case .edited(let number, let text):
            writer.field("number", number)
            writer.field("text", text)
        case .deleted(let number): writer.field("number", number)
        case .transferred(let destination): writer.field("to", destination)
        case .participantAdded(let member), .participantRemoved(let member), .assigneeLost(let member):
            writer.field("member", member)
        case .snoozed(let until): writer.field("until", until)
        case .woke(let reason): writer.field("reason", reason)
        case .closed(let reason, let note):
            writer.field("reason", reason)
            if let note { writer.field("note", note) }
        case .erased(let reason): writer.field("reason", reason)
        case .alerted(let level): writer.field("level", level)
        case .missedResponse(let side, let dueAt):
            writer.field("side", side)
            writer.field("dueAt", dueAt)
        case .callStarted(let medium): writer.field("call", medium)
        case .callEnded(let ending): writer.field("how", ending)
        case .invited(let medium): writer.field("channel", medium)
        case .merged(let other): writer.field("into", other)
        case .absorbed(let other): writer.field("from", other)
        case .ready, .claimed, .released, .participantLeft, .closeRequested, .closeDeclined, .closingWarned, .reopened,
            .callAnswered, .callDeclined, .linkShared, .mergeUndone, .absorptionUndone:
            break
        }
    }
}

extension JSONObject {
    fileprivate func files() throws(FieldFailure) -> [WireFile] { self["files"] == nil ? [] : try shapes("files") }
}

extension JSONWriter {
    /// Most messages have none, and then it is not there.
    fileprivate mutating func files(_ files: [WireFile]) {
        if !files.isEmpty { field("files", files) }
    }
}

extension WireEvent.Text {
    fileprivate init(from object: JSONObject) throws(FieldFailure) {
        let text = try object.text("text")
        self = try object.flag("isDeleted", otherwise: false) ? .deleted : .written(text)
    }

    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .written(let text): writer.field("text", text)
        case .deleted:
            writer.field("text", "")
            writer.field("isDeleted", true)
        }
    }
}

extension WireEvent.Destination: JSONShape {
    init(from object: JSONObject) throws(FieldFailure) {
        if let member: PersonName = try object.optionalShape("member") {
            self = .member(member)
        } else {
            self = .team(try object.shape("team"))
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .member(let member): writer.field("member", member)
        case .team(let team): writer.field("team", team)
        }
    }
}
