/// An opaque name with what a person reads in its place.
///
/// `Subject` only keeps a member's name from being taken for a team's.
package struct Named<Subject>: Hashable, Sendable, JSONShape {
    package let id: String
    package let name: String

    package init(id: String, name: String) {
        self.id = id
        self.name = name
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(id: try object.name("id"), name: try object.text("name"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("name", name)
    }
}

package enum NamedSubjects {
    package enum Person {}
    package enum Team {}
    package enum Category {}
    package enum Organisation {}
}

package typealias PersonName = Named<NamedSubjects.Person>
package typealias TeamName = Named<NamedSubjects.Team>
package typealias CategoryName = Named<NamedSubjects.Category>
package typealias OrganisationName = Named<NamedSubjects.Organisation>

package struct GuestName: Hashable, Sendable, JSONShape {
    package let id: String
    package let firstName: String
    package let lastName: String

    package init(id: String, firstName: String, lastName: String) {
        self.id = id
        self.firstName = firstName
        self.lastName = lastName
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            id: try object.name("id"), firstName: try object.text("firstName"), lastName: try object.text("lastName"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("firstName", firstName)
        writer.field("lastName", lastName)
    }
}

/// What a guest answered to an identifier, with the label that a person reads.
package struct IdentifierAnswer: Hashable, Sendable, JSONShape {
    package let field: String
    package let label: String
    package let value: String

    package init(field: String, label: String, value: String) {
        self.field = field
        self.label = label
        self.value = value
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            field: try object.name("field"), label: try object.text("label"), value: try object.text("value"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("field", field)
        writer.field("label", label)
        writer.field("value", value)
    }
}

/// The two sides of a case.
package enum WireSide: String, Hashable, Sendable, CaseIterable {
    case guest, team
}

package enum WireRank: String, Hashable, Sendable, CaseIterable {
    case member, supervisor
}

/// In whose name a member writes.
package enum Voice: String, Hashable, Sendable, CaseIterable {
    case own, team
}
