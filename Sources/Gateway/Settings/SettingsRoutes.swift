import CaseMachine
import CaseStore
import WebSocket

/// What administrators set (docs/http.md, "Settings"). Who asks is looked at first, in their own organisation alone; what is
/// asked is checked by the directory, within the transaction that writes it.
struct SettingsRoutes: Sendable {
    let api: APIRoutes
    let accounts: Accounts
    let publicURL: PublicURL
    /// Measured, in minutes.
    let expectedWait: @Sendable (TeamID) -> Int?
    let rosterChanged: @Sendable () -> Void
    let endSession: @Sendable (SessionID) -> Void

    /// Changes that are shown: what one looks through for yesterday's.
    private static let changesShown = 100

    var table: Routes {
        Routes {
            organisation
            teams
            members
        }
    }

    private var organisation: Routes {
        Routes {
            api.read("/api/v1/settings/organisation") { request in
                let (_, organisation) = try await administrator(request)
                return API.answer(.ok, OrganisationBody(organisation))
            }
            api.set(.put, "/api/v1/settings/organisation") { request in
                let (member, organisation) = try await administrator(request)
                let form = try API.read(OrganisationForm.self, from: request)
                return API.answer(
                    .ok,
                    OrganisationBody(
                        try await change(organisation.id, form.revision, member) { form.organisation.write(to: &$0) }))
            }
            api.read("/api/v1/settings/roles") { request in
                API.answer(.ok, RolesBody(try await administrator(request).organisation))
            }
            api.set(.put, "/api/v1/settings/roles") { request in
                let (member, organisation) = try await administrator(request)
                let form = try API.read(RolesForm.self, from: request)
                let known = Set(organisation.settings.roles.map(\.id))
                let roles = try form.roles.enumerated().map { index, role in
                    guard role.id.map(known.contains) ?? true else {
                        throw APIError(
                            .badRequest, "bad_settings", "There is no such role of your own.",
                            field: "roles[\(index)].id")
                    }
                    return try role.role(freshID: accounts.directory.freshName().text)
                }
                return API.answer(
                    .ok, RolesBody(try await change(organisation.id, form.revision, member) { $0.roles = roles }))
            }
            api.read("/api/v1/settings/changes") { request in
                let (_, organisation) = try await member(request, with: .audit)
                let entries = try await accounts.ask { directory throws(DirectoryError) in
                    try directory.settingsChanges(of: organisation.id, limit: Self.changesShown)
                }
                let roster = accounts.directory.roster
                return API.answer(.ok, ChangesBody(changes: entries.map { ChangesBody.Change($0, roster) }))
            }
        }
    }

    private var teams: Routes {
        Routes {
            api.read("/api/v1/settings/teams") { request in
                let (_, organisation) = try await administrator(request)
                let roster = accounts.directory.roster
                return API.answer(
                    .ok,
                    TeamsBody(
                        teams: roster.teams(of: organisation.id).map { team in
                            TeamsBody.Team(
                                id: team.publicID.text, name: team.name, isChatOn: team.settings.isChatOn,
                                members: roster.members(of: team.id).count, chat: chat(of: team))
                        }))
            }
            api.set(.post, "/api/v1/settings/teams") { request in
                let (member, organisation) = try await administrator(request)
                let form = try API.read(NewTeamForm.self, from: request)
                var settings = TeamSettings(name: form.name, timeZone: form.timeZone)
                // Nobody is there yet who could answer.
                settings.isChatOn = false
                let (draft, now) = (TeamDraft(settings), accounts.now())
                let team = try await accounts.ask { directory throws(DirectoryError) in
                    guard directory.roster.teams(of: organisation.id).count < DirectoryLimits.teams else {
                        throw DirectoryError.tooManyTeams
                    }
                    return try directory.createTeam(draft, in: organisation.id, at: now, by: "member:\(member.id)")
                }
                rosterChanged()
                return API.answer(.created, body(of: team))
            }
            api.read("/api/v1/settings/teams/:team") { request in
                let (_, organisation) = try await administrator(request)
                return API.answer(.ok, body(of: try team(request, of: organisation)))
            }
            api.set(.put, "/api/v1/settings/teams/:team") { request in
                let (member, organisation) = try await administrator(request)
                let team = try team(request, of: organisation)
                let form = try API.read(TeamForm.self, from: request)
                let (wish, now) = (try form.wish(), accounts.now())
                let changed = try await accounts.ask { directory throws(DirectoryError) in
                    try directory.change(team.id, from: form.revision, to: wish, at: now, by: member.id)
                }
                rosterChanged()
                return API.answer(.ok, body(of: changed))
            }
        }
    }

    private var members: Routes {
        Routes {
            api.read("/api/v1/settings/members") { request in
                let (_, organisation) = try await administrator(request)
                let roster = accounts.directory.roster
                let members = roster.members(of: organisation.id)
                let addresses = try await accounts.ask { directory throws(DirectoryError) in
                    try directory.addresses(of: organisation.id)
                }
                return API.answer(
                    .ok,
                    MembersBody(
                        members: members.map { MembersBody.Shown($0, addresses[$0.id] ?? "", roster) },
                        roles: organisation.roles.map(RolesBody.Shown.init)))
            }
            api.set(.put, "/api/v1/settings/members/:member") { request in
                let (actor, organisation) = try await administrator(request)
                let roster = accounts.directory.roster
                guard
                    let member = request.parameters["member"].flatMap({ PublicID(text: $0) }).flatMap({
                        roster.member($0)
                    }),
                    member.organisation == organisation.id
                else { throw APIError.noSuchMember }
                let form = try API.read(MemberForm.self, from: request)
                let (wish, now) = (try form.member.wish(roster), accounts.now())
                let changed = try await accounts.ask { directory throws(DirectoryError) in
                    let (changed, ended) = try directory.change(
                        member.id, from: form.revision, to: wish, at: now, by: actor.id)
                    return (changed, ended, try directory.addresses(of: organisation.id)[member.id] ?? "")
                }
                // The sockets first: they hear why (4102).
                rosterChanged()
                changed.1.forEach(endSession)
                return API.answer(.ok, MembersBody.Shown(changed.0, changed.2, accounts.directory.roster))
            }
        }
    }

    // MARK: Who asks, and for what

    private func administrator(_ request: Request) async throws -> (member: Member, organisation: Organisation) {
        try await member(request, with: .settings)
    }

    private func member(
        _ request: Request, with permission: MemberRole.Permission
    ) async throws -> (member: Member, organisation: Organisation) {
        let session = try await accounts.session(request, .member)
        let roster = accounts.directory.roster
        guard case .member(let id) = session.subject, let member = roster[id],
            let organisation = roster[member.organisation]
        else { throw APIError.signIn }
        guard member.may(permission) else { throw APIError.administratorsOnly }
        return (member, organisation)
    }

    private func team(_ request: Request, of organisation: Organisation) throws(APIError) -> Team {
        guard let team = request.team(in: accounts.directory.roster), team.organisation == organisation.id else {
            throw APIError(.notFound, "no_such_team", "There is no such team.")
        }
        return team
    }

    private func change(
        _ id: OrganisationID, _ revision: Int, _ member: Member,
        _ edit: @escaping @Sendable (inout OrganisationSettings) -> Void
    ) async throws -> Organisation {
        let now = accounts.now()
        let changed = try await accounts.ask { directory throws(DirectoryError) in
            try directory.change(id, from: revision, at: now, by: member.id, edit)
        }
        rosterChanged()
        return changed
    }

    private func chat(of team: Team) -> String { publicURL.page("/chat/\(team.publicID.text)") }

    private func body(of team: Team) -> TeamBody {
        TeamBody(
            team, chat: chat(of: team), qr: publicURL.page("/qr/\(team.publicID.text).svg"),
            loader: publicURL.page("/widget.js"), recentWait: expectedWait(team.id))
    }
}
