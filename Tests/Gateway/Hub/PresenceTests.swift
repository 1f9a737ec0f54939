import CaseMachine
import CaseStore
import Testing
import Wire

@testable import Gateway

@Suite struct `Presence over sockets` {
    private func name(_ member: MemberID, _ clinic: Clinic) throws -> String {
        try #require(clinic.directory.roster[member]).publicID.text
    }

    @Test func `members see each other, a guest sees that somebody is there`() async throws {
        try await withClinic { clinic in
            let anna = try clinic.socket(of: clinic.anna)
            #expect(try anna.watch() == 0)
            let team = clinic.reception.publicID.text
            let (annaName, benName) = (try name(clinic.anna, clinic), try name(clinic.ben, clinic))
            let all = try anna.members(of: team) { $0.contains { $0.id == annaName } }
            #expect(all.map(\.state) == [.online])
            let ben = try clinic.socket(of: clinic.ben)
            #expect(try ben.watch() == 0)
            #expect(try ben.ask(.presence(SocketUse(isVisible: true, isIdle: false))).isAccepted)
            _ = try anna.members(of: team) { $0.contains(MemberPresence(id: benName, state: .visible)) }

            let guest = try clinic.socket(try clinic.guest("Maria").session)
            #expect(try guest.watch() == 0)
            let opened = try guest.open(clinic.reception).caseID
            let state = try guest.push { message -> TeamPresence? in
                if case .presence(.teamForGuest(team: team, let state)) = message { state } else { nil }
            }
            #expect(state == .here)

            try ben.subscribe(opened)
            try guest.subscribe(opened)
            #expect(try guest.ask(.presence(SocketUse(isVisible: true, isIdle: false))).isAccepted)
            let seen = try ben.push { message -> PersonPresence? in
                guard case .presence(.inCase(caseID: opened, let guest, _)) = message else { return nil }
                return guest == .visible ? guest : nil
            }
            #expect(seen == .visible)
            // Who only looks on is not the guest's to know.
            #expect(try guest.ask(.ping).isAccepted)
            let told = guest.pushes.contains { push in
                if case .presence(.inCase(_, _, let members)) = push { !members.isEmpty } else { false }
            }
            #expect(!told)
        }
    }

    @Test func `a guest sees whoever handles their case come and go`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let (anna, ben) = (try clinic.socket(of: clinic.anna), try clinic.socket(of: clinic.ben))
            let opened = try guest.open(clinic.reception).caseID
            for socket in [anna, ben, guest] { try socket.subscribe(opened) }
            // Everybody is known to be there before anybody handles it.
            let benName = try name(clinic.ben, clinic)
            _ = try anna.inCase(opened) { $0.contains { $0.id == benName } }
            try wait(for: "ben") { clinic.house.isHere(clinic.ben) }
            func shown(_ id: MemberID, _ state: PersonPresence) throws {
                let wanted = MemberPresence(id: try name(id, clinic), state: state)
                #expect(try guest.inCase(opened) { $0.contains(wanted) }.contains(wanted))
            }
            #expect(try anna.act(opened, .claim).isAccepted)
            try shown(clinic.anna, .online)
            #expect(try anna.act(opened, .transfer(.member(benName))).isAccepted)
            try shown(clinic.anna, .away)
            #expect(try ben.ask(.presence(SocketUse(isVisible: true, isIdle: false))).isAccepted)
            try shown(clinic.ben, .visible)
        }
    }

    @Test func `typing is shown to whoever may see it, and ends with what was sent`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let (anna, ben) = (try clinic.socket(of: clinic.anna), try clinic.socket(of: clinic.ben))
            let opened = try guest.open(clinic.reception).caseID
            #expect(try anna.act(opened, .claim).isAccepted)
            for socket in [guest, anna, ben] { try socket.subscribe(opened) }
            func type(_ socket: HubClient, isPrivate: Bool = false) throws -> String? {
                try socket.ask(.typing(TypingNotice(caseID: opened, isOn: true, isPrivate: isPrivate))).code
            }
            #expect(try type(anna, isPrivate: true) == nil)
            #expect(try ben.typists(opened) { !$0.isEmpty }.map(\.isPrivate) == [true])
            #expect(try type(anna) == nil)
            let shown = try guest.typists(opened) { !$0.isEmpty }
            #expect(shown.map(\.person?.name) == ["Anna"] && shown.map(\.isPrivate) == [false])
            try anna.send("Hello", to: opened)
            #expect(try guest.typists(opened) { $0.isEmpty } == [])
            #expect(try type(guest) == nil)
            #expect(
                try anna.typists(opened) { $0.contains { $0.kind == .guest } }.first?.person?.name == "Maria Jansen")

            #expect(try type(guest, isPrivate: true) == "not_allowed")
            // Who may not send composes nothing that the guest could read.
            #expect(try type(ben) == "not_allowed")
            // Who writes in the team's name is named to members alone.
            let asTeam = TypingNotice(caseID: opened, isOn: true, isPrivate: false, voice: .team)
            #expect(try anna.ask(.typing(asTeam)).isAccepted)
            #expect(
                try guest.typists(opened) { !$0.isEmpty } == [Wire.Typist(kind: .team, person: nil, isPrivate: false)])
            #expect(try ben.typists(opened) { $0.contains { $0.kind == .member } }.map(\.kind).contains(.team) == false)
            #expect(try anna.act(opened, .send(text: "We are here", voice: .team)).isAccepted)
            #expect(try guest.typists(opened) { $0.isEmpty } == [])

            let stranger = try clinic.socket(try clinic.guest("Gero").session)
            #expect(try type(stranger) == "no_such_case")
            let told = guest.pushes.contains { push in
                if case .typing(let push) = push { push.who.contains(where: \.isPrivate) } else { false }
            }
            #expect(!told)
        }
    }

    @Test func `a case can be handed to a member who is there`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let anna = try clinic.socket(of: clinic.anna)
            let opened = try guest.open(clinic.reception).caseID
            #expect(try anna.act(opened, .claim).isAccepted)
            let ben = try clinic.socket(of: clinic.ben)
            #expect(try ben.watch() == 1)
            let aim = TransferAim.member(try name(clinic.ben, clinic))
            try wait(for: "ben") { clinic.house.isHere(clinic.ben) }
            #expect(try anna.act(opened, .transfer(aim)).isAccepted)
            #expect(try ben.summary { $0.assignee?.name == "Ben" }.id == opened)
        }
    }
}

extension HubClient {
    func members(of team: String, where fits: ([MemberPresence]) -> Bool) throws -> [MemberPresence] {
        try push { message in
            guard case .presence(.teamForMembers(team: team, let members, _)) = message, fits(members) else {
                return nil
            }
            return members
        }
    }

    fileprivate func inCase(
        _ name: String, where fits: ([MemberPresence]) -> Bool
    ) throws -> [MemberPresence] {
        try push { message in
            guard case .presence(.inCase(caseID: name, _, let members)) = message, fits(members) else { return nil }
            return members
        }
    }

    fileprivate func typists(_ name: String, where fits: ([Wire.Typist]) -> Bool) throws -> [Wire.Typist] {
        try push { message in
            guard case .typing(let push) = message, push.caseID == name, fits(push.who) else { return nil }
            return push.who
        }
    }
}
