/// Who a case is about, for members.
package struct GuestPanel: Hashable, Sendable, JSONShape {
    package let guest: GuestName
    package let contact: Contact
    package let identifiers: [IdentifierAnswer]
    /// The guest's others that the member may see.
    package let cases: [CaseSummary]

    package init(guest: GuestName, contact: Contact, identifiers: [IdentifierAnswer], cases: [CaseSummary]) {
        self.guest = guest
        self.contact = contact
        self.identifiers = identifiers
        self.cases = cases
    }

    init(from object: JSONObject) throws(FieldFailure) {
        let contact: Contact
        do throws(FieldFailure) {
            contact = try object.object("guest").shape("contact")
        } catch {
            throw object["guest"] == nil ? error : error.inside("guest")
        }
        self.init(
            guest: try object.shape("guest"), contact: contact, identifiers: try object.shapes("identifiers"),
            cases: try object.shapes("cases"))
    }

    func write(to writer: inout JSONWriter) {
        writer.object("guest") { writer in
            guest.write(to: &writer)
            writer.field("contact", contact)
        }
        writer.field("identifiers", identifiers)
        writer.field("cases", cases)
    }
}

package struct Contact: Hashable, Sendable, JSONShape {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case phone, email
    }

    package let kind: Kind
    package let value: String

    package init(kind: Kind, value: String) {
        self.kind = kind
        self.value = value
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(kind: try object.word("kind"), value: try object.text("value"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("kind", kind)
        writer.field("value", value)
    }
}
