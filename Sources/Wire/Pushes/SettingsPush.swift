/// The house was set otherwise: what the answer to `authenticate` told is this now. A guest is told the organisation alone,
/// and asks for the team's entry anew.
package struct SettingsPush: Hashable, Sendable, JSONShape {
    package let organisation: OrganisationName
    package let teams: [WelcomeTeam]

    package init(organisation: OrganisationName, teams: [WelcomeTeam]) {
        self.organisation = organisation
        self.teams = teams
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(organisation: try object.shape("organisation"), teams: try object.shapes("teams"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("organisation", organisation)
        writer.field("teams", teams)
    }
}
