import CaseMachine
import CaseStore
import Testing
import Wire

@testable import Gateway

@Suite struct `A store that fails` {
    @Test func `is a reason to try again, and nothing is lost when it is back`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let name = try guest.open(clinic.reception).caseID
            let following = ClientCommand.subscribe(Subscription(caseID: name, after: 0, generation: nil))

            clinic.faulty.set { $0.cannotLoad = true }
            for answer in try [guest.ask(following), guest.ask(.watch)] {
                guard case .failure(let error) = answer else { return #expect(Bool(false), "no error") }
                #expect(error.code == "store_away" && error.retry)
            }
            clinic.faulty.set { ($0.cannotLoad, $0.cannotReadEvents) = (false, true) }
            #expect(try guest.watch() == 1)
            #expect(try guest.ask(following).isAccepted)
            clinic.faulty.set { ($0.cannotReadEvents, $0.cannotCommit) = (false, true) }
            #expect(try guest.caughtUp(name) == 1)

            let key = UInt128.random()
            guard case .failure(let error) = try guest.act(name, .send(text: "Hello", voice: .own), key: key) else {
                return #expect(Bool(false), "stored")
            }
            #expect(error.code == "store_away" && error.retry)
            clinic.faulty.set { $0.cannotCommit = false }
            #expect(try guest.send("Hello", to: name, key: key) == 2)
            #expect(try guest.events(name, upTo: 2).last?.text == "Hello")
        }
    }

    @Test func `a case that cannot be read hurts only itself`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let names = try (0..<3).map { try guest.open(clinic.reception, "Question \($0)").caseID }
            let poisoned = try clinic.store.load(named: try #require(PublicID(text: names[1]))).get().id
            clinic.faulty.set { $0.poisoned = [poisoned] }
            let anna = try clinic.socket(of: clinic.anna)
            #expect(try anna.watch() == 2)
            let following = ClientCommand.subscribe(Subscription(caseID: names[1], after: 0, generation: nil))
            #expect(try anna.ask(following).code == "case_unreadable")
            #expect(try anna.ask(.guest(caseID: names[1])).code == "case_unreadable")
            for name in [names[0], names[2]] {
                try anna.subscribe(name)
                #expect(try anna.caughtUp(name) == 1)
            }
        }
    }

    // covers: B1
    @Test func `what another node has committed without telling is found by comparing`() async throws {
        var limits = HubLimits()
        limits.sweep = .milliseconds(200)
        try await withClinic(limits: limits) { clinic in
            let signIn = try clinic.guest("Maria")
            let guest = try clinic.socket(signIn.session)
            let anna = try clinic.socket(of: clinic.anna)
            let name = try guest.open(clinic.reception).caseID
            let id = try clinic.store.load(named: try #require(PublicID(text: name))).get().id
            #expect(try anna.watch() == 1 && guest.watch() == 1)
            try anna.subscribe(name)
            #expect(try anna.caughtUp(name) == 1)

            let other = try EngineService(clinic.store, node: NodeID(77), hand: { _ in }) { _ in }
            let said = Command.send(Message(text: "Told to nobody"))
            _ = other.submit([
                Submission(
                    ticket: Ticket(port: 0, tag: 1), organisation: clinic.clinic.id,
                    actor: .guest(signIn.guest.actor), key: CommandKey(.random(), fingerprint: 1),
                    command: .act(id, said))
            ])
            #expect(try anna.events(name, upTo: 2).last?.text == "Told to nobody")
            #expect(try anna.summary { $0.head == 2 }.id == name)
            other.stop()
            // Our own engine finds that its state is old.
            #expect(try guest.send("Again", to: name) == 3)
            #expect(try anna.event(name).text == "Again")
        }
    }
}
