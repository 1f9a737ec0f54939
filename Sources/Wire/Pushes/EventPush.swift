/// An event of a case's log, as one side reads it.
package struct EventPush: Hashable, Sendable, JSONShape {
    package let caseID: String
    /// Dense for the reader.
    package let seq: Int64
    /// The guest's number of the same event, for members; nil for what guests do not see.
    package let shared: Int64?
    package let at: Int64
    package let author: WireAuthor
    package let event: WireEvent

    package init(caseID: String, seq: Int64, shared: Int64? = nil, at: Int64, author: WireAuthor, event: WireEvent) {
        self.caseID = caseID
        self.seq = seq
        self.shared = shared
        self.at = at
        self.author = author
        self.event = event
    }

    init(from object: JSONObject) throws(FieldFailure) {
        let inner = try object.object("event")
        let (at, author, event): (Int64, WireAuthor, WireEvent)
        do throws(FieldFailure) {
            (at, author, event) = (try inner.number("at"), try inner.shape("author"), try WireEvent(from: inner))
        } catch {
            throw error.inside("event")
        }
        self.init(
            caseID: try object.name("case"), seq: try object.number("seq"),
            shared: try object.optionalNumber("shared"), at: at, author: author, event: event)
    }

    func write(to writer: inout JSONWriter) {
        writer.field("case", caseID)
        writer.field("seq", seq)
        if let shared { writer.field("shared", shared) }
        writer.object("event") { writer in
            writer.field("type", event.type)
            writer.field("at", at)
            writer.field("author", author)
            event.write(to: &writer)
        }
    }
}

/// Who wrote an event, as far as the reader may know.
package enum WireAuthor: Hashable, Sendable {
    case guest(PersonName)
    case member(PersonName)
    /// A user of a client organisation.
    case client(PersonName)
    case system
    /// Somebody of the team.
    case team

    private enum Kind: String, CaseIterable {
        case guest, member, client, system, team
    }
}

extension WireAuthor: JSONShape {
    init(from object: JSONObject) throws(FieldFailure) {
        let kind: Kind = try object.word("kind")
        self =
            switch kind {
            case .guest: .guest(try PersonName(from: object))
            case .member: .member(try PersonName(from: object))
            case .client: .client(try PersonName(from: object))
            case .system: .system
            case .team: .team
            }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .guest(let person): write(.guest, person, to: &writer)
        case .member(let person): write(.member, person, to: &writer)
        case .client(let person): write(.client, person, to: &writer)
        case .system: writer.field("kind", Kind.system)
        case .team: writer.field("kind", Kind.team)
        }
    }

    private func write(_ kind: Kind, _ person: PersonName, to writer: inout JSONWriter) {
        writer.field("kind", kind)
        person.write(to: &writer)
    }
}
