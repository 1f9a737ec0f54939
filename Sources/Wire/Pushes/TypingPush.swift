/// Who is typing in a case: the whole list, without the reader.
package struct TypingPush: Hashable, Sendable, JSONShape {
    package let caseID: String
    package let who: [Typist]

    package init(caseID: String, who: [Typist]) {
        self.caseID = caseID
        self.who = who
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(caseID: try object.name("case"), who: try object.shapes("who"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("case", caseID)
        writer.field("who", who)
    }
}

package struct Typist: Hashable, Sendable, JSONShape {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case guest, member
        /// Somebody who writes in the team's name, to a guest.
        case team
    }

    package let kind: Kind
    /// Nobody's name where it is the team.
    package let person: PersonName?
    /// Composing a note; guests are never told.
    package let isPrivate: Bool

    package init(kind: Kind, person: PersonName?, isPrivate: Bool) {
        self.kind = kind
        self.person = person
        self.isPrivate = isPrivate
    }

    init(from object: JSONObject) throws(FieldFailure) {
        let kind: Kind = try object.word("kind")
        self.init(
            kind: kind, person: kind == .team ? nil : try PersonName(from: object),
            isPrivate: try object.flag("private"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("kind", kind)
        person?.write(to: &writer)
        writer.field("private", isPrivate)
    }
}
