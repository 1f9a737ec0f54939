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

    @Test func `shows no list that has holes: it is asked for again`() async throws {
        var limits = HubLimits()
        limits.listPage = 2
        try await withClinic(limits: limits) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let names = try (0..<5).map { try guest.open(clinic.reception, "Question \($0)").caseID }
            let anna = try clinic.socket(of: clinic.anna)
            let second = try clinic.number(of: names[1])
            clinic.faulty.set { $0.failingLoads = [second: 1] }
            guard case .failure(let error) = try anna.ask(.watch) else { return #expect(Bool(false), "a smaller list") }
            #expect(error.code == "store_away" && error.retry)
            #expect(try anna.watch() == 5)
            for name in names { #expect(try anna.summary { $0.id == name }.id == name) }
        }
    }

    @Test func `what a slow reader has missed is read again until it can be`() async throws {
        var limits = HubLimits()
        limits.commandsAtOnce = 10_000
        limits.pauseBytes = 8 << 10
        limits.pageBytes = 8 << 10
        try await withClinic(limits: limits) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let (loud, quiet) = (try guest.open(clinic.reception).caseID, try guest.open(clinic.reception).caseID)
            let anna = try clinic.socket(of: clinic.anna, receiveBytes: 4096)
            #expect(try anna.watch() == 2)
            try anna.subscribe(loud)
            // More than the kernel takes for it: the socket is paused when the other case changes.
            let text = String(repeating: "a", count: 16_000)
            var last: Int64 = 0
            for _ in 0..<400 { last = try guest.send(text, to: loud) }
            let number = try guest.send("Hello", to: quiet)
            let missed = try clinic.number(of: quiet)
            clinic.faulty.set { $0.failingLoads = [missed: 2] }
            #expect(try anna.events(loud, upTo: last).last?.seq == last)
            #expect(try anna.summary { $0.id == quiet && $0.head == number }.id == quiet)
        }
    }

    @Test func `a summary that was read before its case left the list is not shown after it`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            #expect(try guest.watch() == 0)
            let name = try guest.open(clinic.reception).caseID
            // What its summary says is at hand from now on.
            #expect(try guest.summary { $0.id == name }.phase == .waiting)
            let anna = try clinic.socket(of: clinic.anna)
            clinic.faulty.set { $0.held = [.byNumber] }
            let watching = try anna.say(.watch)
            try wait(for: "the read") { clinic.faulty.waiting > 0 }
            #expect(try guest.act(name, .closeChat).isAccepted)
            #expect(try anna.gone() == name)
            clinic.faulty.set { $0.held = [] }
            #expect(try anna.answer(to: watching) == .success(.watched(count: 0)))
            let ghosts = anna.pushes.filter { push in
                if case .summary(let summary) = push { summary.phase != .closed } else { false }
            }
            #expect(ghosts.isEmpty)
        }
    }

    @Test func `a case that cannot be read hurts only itself`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let names = try (0..<3).map { try guest.open(clinic.reception, "Question \($0)").caseID }
            let poisoned = try clinic.number(of: names[1])
            clinic.faulty.set { $0.poisoned = [poisoned] }
            let anna = try clinic.socket(of: clinic.anna)
            #expect(try anna.watch() == 2)
            let following = ClientCommand.subscribe(Subscription(caseID: names[1], after: 0, generation: nil))
            #expect(try anna.ask(following).code == "case_unreadable")
            #expect(try anna.ask(.guest(caseID: names[1])).code == "case_unreadable")
            // Whoever could not read it anyway does not even hear that it is there.
            for stranger in [
                try clinic.socket(try clinic.guest("Gero").session), try clinic.socket(of: clinic.dora),
                try clinic.socket(of: clinic.emil),
            ] {
                #expect(try stranger.ask(following).code == "no_such_case")
                #expect(try stranger.act(names[1], .send(text: "Hello", voice: .own)).code == "no_such_case")
                #expect(try stranger.act(names[1], .transfer(.member("nobody"))).code == "no_such_case")
            }
            #expect(try clinic.socket(of: clinic.dora).ask(.guest(caseID: names[1])).code == "no_such_case")
            for name in [names[0], names[2]] {
                try anna.subscribe(name)
                #expect(try anna.caughtUp(name) == 1)
            }
        }
    }

    @Test func `comparing many lists leaves room for what is asked meanwhile`() async throws {
        var limits = HubLimits()
        limits.sweep = .milliseconds(100)
        limits.waitingReads = 4
        try await withClinic(loops: 1, limits: limits) { clinic in
            let guests = try (0..<12).map { try clinic.socket(try clinic.guest("Guest\($0)").session) }
            for guest in guests { #expect(try guest.watch() == 0) }
            clinic.faulty.set { $0.held = [.lists] }
            try wait(for: "the sweep") { clinic.faulty.waiting > 0 }
            let name = try #require(guests.first).open(clinic.reception).caseID
            try #require(guests.first).subscribe(name)
            #expect(clinic.faulty.waiting == 1)
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
            let id = try clinic.number(of: name)
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
