/// The answer to `authenticate`: who one is, and what one's teams are.
package struct Welcome: Hashable, Sendable, JSONShape {
    package enum Me: Hashable, Sendable {
        case guest(GuestName)
        case member(PersonName, isAdministrator: Bool)
    }

    package let now: Int64
    /// The name of the log; another one than before means to start afresh.
    package let generation: String
    package let me: Me
    package let organisation: OrganisationName
    package let teams: [WelcomeTeam]
    package let limits: WelcomeLimits

    package init(
        now: Int64, generation: String, me: Me, organisation: OrganisationName, teams: [WelcomeTeam],
        limits: WelcomeLimits
    ) {
        self.now = now
        self.generation = generation
        self.me = me
        self.organisation = organisation
        self.teams = teams
        self.limits = limits
    }

    package var side: WireSide {
        switch me {
        case .guest: .guest
        case .member: .team
        }
    }

    init(from object: JSONObject) throws(FieldFailure) {
        let side: WireSide = try object.word("side")
        let me: Me =
            switch side {
            case .guest: .guest(try object.shape("me"))
            case .team:
                .member(try object.shape("me"), isAdministrator: try object.object("me").flag("isAdministrator"))
            }
        self.init(
            now: try object.number("now"), generation: try object.name("generation"), me: me,
            organisation: try object.shape("organisation"), teams: try object.shapes("teams"),
            limits: try object.shape("limits"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("now", now)
        writer.field("generation", generation)
        writer.field("side", side)
        switch me {
        case .guest(let guest): writer.field("me", guest)
        case .member(let member, let isAdministrator):
            writer.object("me") { writer in
                member.write(to: &writer)
                writer.field("isAdministrator", isAdministrator)
            }
        }
        writer.field("organisation", organisation)
        writer.field("teams", teams)
        writer.field("limits", limits)
    }
}

/// A team that a member works for, or (with no rank) one that a case can be transferred to.
package struct WelcomeTeam: Hashable, Sendable, JSONShape {
    package let id: String
    package let name: String
    package let rank: WireRank?
    package let categories: [CategoryName]
    package let fields: [FieldLabel]
    package let members: [Colleague]

    package init(
        id: String, name: String, rank: WireRank?, categories: [CategoryName], fields: [FieldLabel],
        members: [Colleague]
    ) {
        self.id = id
        self.name = name
        self.rank = rank
        self.categories = categories
        self.fields = fields
        self.members = members
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            id: try object.name("id"), name: try object.text("name"), rank: try object.optionalWord("rank"),
            categories: try object.shapes("categories"), fields: try object.shapes("fields"),
            members: try object.shapes("members"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("name", name)
        writer.field("rank", rank)
        writer.field("categories", categories)
        writer.field("fields", fields)
        writer.field("members", members)
    }
}

/// An identifier that a team asks its guests for.
package struct FieldLabel: Hashable, Sendable, JSONShape {
    package let id: String
    package let label: String
    package let isMandatory: Bool

    package init(id: String, label: String, isMandatory: Bool) {
        self.id = id
        self.label = label
        self.isMandatory = isMandatory
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            id: try object.name("id"), label: try object.text("label"), isMandatory: try object.flag("isMandatory"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("label", label)
        writer.field("isMandatory", isMandatory)
    }
}

package struct Colleague: Hashable, Sendable, JSONShape {
    package let id: String
    package let name: String
    package let rank: WireRank

    package init(id: String, name: String, rank: WireRank) {
        self.id = id
        self.name = name
        self.rank = rank
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(id: try object.name("id"), name: try object.text("name"), rank: try object.word("rank"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("name", name)
        writer.field("rank", rank)
    }
}

/// What a client lets its user type, in UTF-8 bytes.
package struct WelcomeLimits: Hashable, Sendable, JSONShape {
    package let textBytes: Int64
    package let lineBytes: Int64

    package init(textBytes: Int64, lineBytes: Int64) {
        self.textBytes = textBytes
        self.lineBytes = lineBytes
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(textBytes: try object.number("textBytes"), lineBytes: try object.number("lineBytes"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("textBytes", textBytes)
        writer.field("lineBytes", lineBytes)
    }
}
