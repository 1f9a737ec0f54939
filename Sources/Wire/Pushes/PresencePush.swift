/// Who is here.
package enum PresencePush: Hashable, Sendable {
    /// To guests, who do not learn which members there are.
    case teamForGuest(team: String, state: TeamPresence)
    /// To members. What is complete replaces what was known, what is not changes it.
    case teamForMembers(team: String, members: [MemberPresence], isComplete: Bool)
    /// To subscribers of a case. No guest: nothing about them has changed.
    case inCase(caseID: String, guest: PersonPresence?, members: [MemberPresence])
}

package enum TeamPresence: String, Hashable, Sendable, CaseIterable {
    case here, away, unknown
}

package enum PersonPresence: String, Hashable, Sendable, CaseIterable {
    case visible, online, idle, away
    /// Cannot be told now; never to be shown as away.
    case unknown
}

package struct MemberPresence: Hashable, Sendable, JSONShape {
    package let id: String
    package let state: PersonPresence

    package init(id: String, state: PersonPresence) {
        self.id = id
        self.state = state
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(id: try object.name("id"), state: try object.word("state"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("state", state)
    }
}

extension PresencePush: JSONShape {
    init(from object: JSONObject) throws(FieldFailure) {
        if object.has("case") {
            self = .inCase(
                caseID: try object.name("case"), guest: try object.optionalWord("guest"),
                members: try object.shapes("members"))
        } else if object.has("members") {
            self = .teamForMembers(
                team: try object.name("team"), members: try object.shapes("members"),
                isComplete: try object.flag("complete"))
        } else {
            self = .teamForGuest(team: try object.name("team"), state: try object.word("state"))
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .teamForGuest(let team, let state):
            writer.field("team", team)
            writer.field("state", state)
        case .teamForMembers(let team, let members, let isComplete):
            writer.field("team", team)
            writer.field("members", members)
            writer.field("complete", isComplete)
        case .inCase(let caseID, let guest, let members):
            writer.field("case", caseID)
            writer.field("guest", guest)
            writer.field("members", members)
        }
    }
}
