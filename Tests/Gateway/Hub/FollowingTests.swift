import CaseMachine
import CaseStore
import Testing
import Wire

@testable import Gateway

@Suite struct `Following a case` {
    // covers: B9
    @Test func `a note reaches every member who follows, no guest, and leaves no hole`() async throws {
        try await withClinic { clinic in
            let session = try clinic.guest("Maria").session
            let (guest, phone) = (try clinic.socket(session), try clinic.socket(session, device: .phone))
            let (anna, ben) = (try clinic.socket(of: clinic.anna), try clinic.socket(of: clinic.ben))
            #expect(try guest.watch() == 0)
            let name = try guest.open(clinic.reception).caseID
            for socket in [guest, phone, anna, ben] { try socket.subscribe(name) }
            #expect(try anna.act(name, .claim).isAccepted)
            for text in ["one", "two"] { #expect(try anna.act(name, .note(text: text)).isAccepted) }
            let last = try anna.send("three", to: name)
            for socket in [anna, ben] {
                let events = try socket.events(name, upTo: last)
                #expect(events.map(\.seq) == Array(1...last))
                #expect(events.compactMap(\.text).suffix(3) == ["one", "two", "three"])
                #expect(events.filter { $0.shared == nil }.compactMap(\.text) == ["one", "two"])
            }
            for socket in [guest, phone] {
                let events = try socket.events(name, upTo: last - 2)
                #expect(events.map(\.seq) == Array(1...last - 2))
                #expect(events.last?.text == "three")
                #expect(events.allSatisfy { $0.shared == nil })
            }
            // Nor does the list tell that something has happened.
            #expect(try guest.ask(.ping).isAccepted)
            let versions = guest.pushes.compactMap { push in
                if case .summary(let summary) = push { summary.version } else { nil }
            }
            #expect(Set(versions).count == versions.count)
        }
    }

    // covers: B1
    @Test func `whoever comes back after a number gets what follows, dense`() async throws {
        try await withClinic { clinic in
            let session = try clinic.guest("Maria").session
            var guest = try clinic.socket(session)
            let anna = try clinic.socket(of: clinic.anna)
            let name = try guest.open(clinic.reception).caseID
            #expect(try anna.act(name, .claim).isAccepted)
            var stored: [Int64] = []
            for round in 0..<4 {
                try guest.subscribe(name, after: stored.last ?? 0)
                let head = try anna.send("message \(round)", to: name)
                _ = try anna.act(name, .note(text: "note \(round)"))
                stored += try guest.events(name, upTo: head - Int64(round)).map(\.seq)
                for number in 0..<40 where round == 2 { try anna.send("burst \(number)", to: name) }
                guest = try clinic.socket(session)
            }
            #expect(stored == Array(1...Int64(stored.count)) && stored.count > 40)
        }
    }

    @Test func `a client of another log starts afresh`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let name = try guest.open(clinic.reception).caseID
            for (after, generation) in [(99, nil), (1, "77"), (1, "no number")] as [(Int64, String?)] {
                let answer = try guest.ask(
                    .subscribe(Subscription(caseID: name, after: after, generation: generation)))
                #expect(answer == .success(.done))
                let afresh = try guest.push { message in
                    if case .afresh(let name) = message { name } else { nil }
                }
                #expect(afresh == name)
            }
        }
    }

    @Test func `a long log comes page by page to a slow reader, and nothing is lost`() async throws {
        var limits = HubLimits()
        limits.commandsAtOnce = 10_000
        limits.pauseBytes = 32 << 10
        limits.pageBytes = 24 << 10
        try await withClinic(limits: limits) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let name = try guest.open(clinic.reception).caseID
            let text = String(repeating: "é", count: 4000)
            var last: Int64 = 0
            for _ in 0..<150 { last = try guest.send(text, to: name) }
            let slow = try clinic.socket(of: clinic.anna, receiveBytes: 4096)
            try slow.subscribe(name)
            // While nothing is read there, others go on.
            for _ in 0..<20 { last = try guest.send(text, to: name) }
            let events = try slow.events(name, upTo: last)
            #expect(events.map(\.seq) == Array(1...last))
            #expect(try (1...last).contains(slow.caughtUp(name)))
        }
    }

    @Test func `a socket with more in front of it than it may have is told to resume`() async throws {
        var limits = HubLimits()
        limits.commandsAtOnce = 10_000
        limits.pauseBytes = 64 << 20
        limits.closeBytes = 64 << 10
        try await withClinic(limits: limits) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let name = try guest.open(clinic.reception).caseID
            let text = String(repeating: "a", count: 16_000)
            for _ in 0..<120 { try guest.send(text, to: name) }
            let slow = try clinic.socket(of: clinic.anna, receiveBytes: 4096)
            try wait(for: "anna") { clinic.house.isHere(clinic.anna) }
            try slow.subscribe(name)
            // It reads nothing until the server has given it up; then what was sent, and why that was all.
            try wait(for: "the end") { !clinic.house.isHere(clinic.anna) }
            #expect(try slow.waitForEnd().code == SocketEnd.tooSlow.rawValue)
        }
    }

    @Test func `a member who may not read it any more is told that it has gone, and nothing else`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let (anna, ben) = (try clinic.socket(of: clinic.anna), try clinic.socket(of: clinic.ben))
            let dora = try clinic.socket(of: clinic.dora)
            #expect(try ben.watch() == 0 && dora.watch() == 0)
            let opened = try guest.open(clinic.reception)
            let name = opened.caseID
            #expect(try anna.act(name, .claim).isAccepted)
            try ben.subscribe(name)
            let seen = try ben.caughtUp(name)
            #expect(
                try dora.ask(.subscribe(Subscription(caseID: name, after: 0, generation: nil))).code == "no_such_case")

            let aim = TransferAim.team(clinic.laboratory.publicID.text)
            #expect(try anna.act(name, .transfer(aim)).isAccepted)
            #expect(try ben.gone() == name)
            #expect(try dora.summary { $0.id == name }.team.name == "Laboratory")
            try guest.send("Anybody there?", to: name)
            #expect(
                try ben.ask(.subscribe(Subscription(caseID: name, after: 0, generation: nil))).code == "no_such_case")
            let told = ben.pushes.compactMap { push in
                if case .event(let event) = push { event.seq } else { nil }
            }
            #expect(told.allSatisfy { $0 <= seen })
            try dora.subscribe(name)
            #expect(try dora.event(name).seq == 1)
        }
    }

    @Test func `what was deleted comes without its text, and as the team without a name`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let anna = try clinic.socket(of: clinic.anna)
            let name = try guest.open(clinic.reception).caseID
            #expect(try anna.act(name, .claim).isAccepted)
            let number = try anna.send("secret", to: name)
            #expect(try anna.act(name, .edit(number: number, text: "less secret")).isAccepted)
            #expect(try anna.act(name, .delete(number: number)).isAccepted)
            #expect(try anna.act(name, .send(text: "We are here", voice: .team)).isAccepted)
            try guest.subscribe(name)
            let events = try guest.events(name, upTo: try guest.caughtUp(name))
            #expect(events.contains { $0.event == .message(.deleted, voice: .own) })
            #expect(!events.contains { $0.text?.contains("secret") == true })
            #expect(events.last?.author == .team && events.last?.text == "We are here")
            try anna.subscribe(name)
            let shown = try anna.events(name, upTo: try anna.caughtUp(name)).last
            #expect(shown?.event == .message(.written("We are here"), voice: .team))
            guard case .member(let person)? = shown?.author else { return #expect(Bool(false), "no member") }
            #expect(person.name == "Anna")
        }
    }

    // covers: B9
    @Test func `who may not read it any more gets no page, even if nothing was told of it here`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let (anna, ben) = (try clinic.socket(of: clinic.anna), try clinic.socket(of: clinic.ben))
            let name = try guest.open(clinic.reception).caseID
            #expect(try anna.act(name, .claim).isAccepted)
            // Found readable, and then no more.
            clinic.faulty.set { $0.held = [.byName] }
            let asked = try ben.say(.subscribe(Subscription(caseID: name, after: 0, generation: nil)))
            try wait(for: "the read") { clinic.faulty.waiting > 0 }
            #expect(try anna.act(name, .transfer(.team(clinic.laboratory.publicID.text))).isAccepted)
            try guest.send("For the laboratory", to: name)
            clinic.faulty.set { $0.held = [] }
            #expect(try ben.answer(to: asked).isAccepted)
            #expect(try ben.gone() == name)
            let told = ben.pushes.contains { push in if case .event = push { true } else { false } }
            #expect(!told)
        }
    }

    // covers: B1
    @Test func `a page for a subscription that has ended is not taken for the next one's`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let name = try guest.open(clinic.reception).caseID
            clinic.faulty.set { $0.held = [.events] }
            try guest.subscribe(name)
            try wait(for: "the read") { clinic.faulty.waiting > 0 }
            #expect(try guest.ask(.unsubscribe(caseID: name)).isAccepted)
            // Its page ends before this: for a client that has it, another log's.
            let last = try guest.send("Hello", to: name)
            try guest.subscribe(name, after: last)
            clinic.faulty.set { $0.held = [] }
            #expect(try guest.caughtUp(name) == last)
        }
    }

    @Test func `of two subscriptions on their way the newer one begins`() async throws {
        var limits = HubLimits()
        // In their order.
        limits.readers = 1
        try await withClinic(limits: limits) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let name = try guest.open(clinic.reception).caseID
            let last = try guest.send("Hello", to: name)
            clinic.faulty.set { $0.held = [.byName] }
            let asked = try [last, 0].map { after in
                try guest.say(.subscribe(Subscription(caseID: name, after: after, generation: nil)))
            }
            try wait(for: "the read") { clinic.faulty.waiting > 0 }
            #expect(try guest.ask(.ping).isAccepted)
            clinic.faulty.set { $0.held = [] }
            for id in asked { #expect(try guest.answer(to: id).isAccepted) }
            #expect(try guest.events(name, upTo: last).map(\.seq) == Array(1...last))
            #expect(try guest.caughtUp(name) == last)
        }
    }
}
