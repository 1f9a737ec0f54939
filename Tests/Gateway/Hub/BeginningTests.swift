import CaseMachine
import CaseStore
import Testing
import Wire

@testable import Gateway

@Suite struct `Coming in over a socket` {
    @Test func `a guest is told who they are, and of no team`() async throws {
        try await withClinic { clinic in
            let signIn = try clinic.guest("Maria")
            let client = try clinic.connect()
            let ticket = try clinic.ticket(signIn.session)
            guard
                case .success(.welcome(let welcome)) = try client.ask(
                    .authenticate(Authenticate(ticket: ticket, device: .phone)))
            else { return #expect(Bool(false), "no welcome") }
            #expect(welcome.side == .guest && welcome.teams.isEmpty)
            #expect(welcome.generation == String(clinic.store.generation))
            #expect(welcome.limits == WelcomeLimits(textBytes: 16_384, lineBytes: 1024))
            let me = GuestName(id: signIn.guest.publicID.text, firstName: "Maria", lastName: "Jansen")
            #expect(welcome.me == .guest(me))

            // A ticket works once.
            let other = try clinic.connect()
            let again = try other.ask(.authenticate(Authenticate(ticket: ticket, device: .phone)))
            #expect(again.code == "bad_ticket")
            #expect(try other.waitForEnd().code == SocketEnd.badTicket.rawValue)
        }
    }

    @Test func `a member is told of their teams, and of the others by name`() async throws {
        try await withClinic { clinic in
            let client = try clinic.connect()
            let ticket = try clinic.ticket(try clinic.session(of: clinic.cleo))
            guard
                case .success(.welcome(let welcome)) = try client.ask(
                    .authenticate(Authenticate(ticket: ticket, device: .desktop)))
            else { return #expect(Bool(false), "no welcome") }
            #expect(welcome.teams.map(\.name) == ["Reception", "Laboratory"])
            #expect(welcome.teams.map(\.rank) == [.supervisor, nil])
            #expect(welcome.teams.first?.members.map(\.name) == ["Anna", "Ben", "Cleo"])
            #expect(welcome.teams.last?.members == [] && welcome.teams.last?.fields == [])
        }
    }

    @Test func `nothing is understood before authenticate`() async throws {
        try await withClinic { clinic in
            let client = try clinic.connect()
            for command in [ClientCommand.ping, .watch, .guest(caseID: "x")] {
                #expect(try client.ask(command).code == "authenticate_first")
            }
            let session = try clinic.session(of: clinic.anna)
            let ticket = Authenticate(ticket: try clinic.ticket(session), device: .other)
            #expect(try client.ask(.authenticate(ticket)).isAccepted)
            #expect(try client.ask(.authenticate(ticket)).code == "not_allowed")
            guard case .success(.pong) = try client.ask(.ping) else { return #expect(Bool(false), "no pong") }
        }
    }

    @Test func `who says nothing is sent away`() async throws {
        var limits = HubLimits()
        limits.beginning = .milliseconds(100)
        limits.silence = .seconds(1)
        try await withClinic(limits: limits) { clinic in
            #expect(try clinic.connect().waitForEnd().code == SocketEnd.silence.rawValue)
            let client = try clinic.socket(of: clinic.anna)
            #expect(try client.waitForEnd().code == SocketEnd.silence.rawValue)
        }
    }

    @Test func `signing out ends all sockets of the session at once, and no others`() async throws {
        try await withClinic { clinic in
            let session = try clinic.session(of: clinic.anna)
            let tabs = try (0..<6).map { _ in try clinic.socket(session) }
            let ticket = try clinic.ticket(session)
            let elsewhere = try clinic.socket(of: clinic.anna)
            clinic.house.endSession(session.id)
            for tab in tabs { #expect(try tab.waitForEnd().code == SocketEnd.signedOut.rawValue) }
            #expect(try elsewhere.ask(.ping).isAccepted)
            // The directory has not heard of it in this test: a ticket that was given before opens nothing all the same.
            let late = try clinic.connect()
            #expect(try late.ask(.authenticate(Authenticate(ticket: ticket, device: .other))).code == "bad_ticket")
        }
    }

    @Test func `other permissions end a member's sockets, and a new ticket shows them`() async throws {
        try await withClinic { clinic in
            let session = try clinic.session(of: clinic.anna)
            let anna = try clinic.socket(session)
            let ben = try clinic.socket(of: clinic.ben)
            try clinic.directory.addMember(
                clinic.anna, to: clinic.laboratory.id, as: .member, at: SystemClock.now().wall)
            clinic.house.rosterChanged()
            #expect(try anna.waitForEnd().code == SocketEnd.permissionsChanged.rawValue)
            #expect(try ben.ask(.ping).isAccepted)
            _ = try clinic.socket(session)
        }
    }

    @Test func `a house that closes tells each socket when to come back`() async throws {
        try await withClinic { clinic in
            let sockets = try (0..<5).map { _ in try clinic.socket(of: clinic.anna) }
            clinic.house.stop()
            for socket in sockets {
                let end = try socket.waitForEnd()
                #expect(end.code == SocketEnd.restarting.rawValue)
                #expect((500...2000).contains(Int(end.reason) ?? 0))
            }
        }
    }
}
