import Broker
import CaseMachine
import CaseStore
import Foundation
import Synchronization
import Testing
import Wire

@testable import Gateway

@Suite struct `Two nodes over one store` {
    // covers: B1
    @Test func `a guest at one and a member at the other read the same log`() async throws {
        try await withClinic(nodes: 2) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session, at: 0)
            let anna = try clinic.socket(of: clinic.anna, at: 1)
            #expect(try anna.watch() == 0)
            let opened = try guest.open(clinic.reception)
            #expect(try anna.summary { $0.phase == .waiting }.id == opened.caseID)
            for socket in [guest, anna] {
                try socket.subscribe(opened.caseID)
                _ = try socket.caughtUp(opened.caseID)
            }
            #expect(try anna.act(opened.caseID, .claim).isAccepted)
            var last: Int64 = 0
            for number in 0..<20 {
                let (writer, reader) = number.isMultiple(of: 2) ? (guest, anna) : (anna, guest)
                last = try writer.send("\(number)", to: opened.caseID)
                _ = try reader.events(opened.caseID, upTo: reader === anna ? last : last)
            }
            let all = try clinic.store.events(
                of: try clinic.number(of: opened.caseID), for: .team, after: 0, limit: 100
            ).get()
            #expect(all.events.map(\.numbers.forTeam) == Array(1...all.head))
            #expect(all.events.count >= 22)
        }
    }

    // covers: B7
    @Test func `what the broker lost is found by looking, also the last event of a case`() async throws {
        var limits = HubLimits()
        limits.sweep = .seconds(1)
        try await withClinic(limits: limits, nodes: 2) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session, at: 0)
            let anna = try clinic.socket(of: clinic.anna, at: 1)
            let opened = try guest.open(clinic.reception).caseID
            try anna.subscribe(opened)
            _ = try anna.caughtUp(opened)
            #expect(try anna.watch() == 1)
            clinic.node(0).line?.set { $0.copies = { _ in 0 } }
            let last = try guest.send("Nobody tells you this", to: opened)
            #expect(try anna.events(opened, upTo: last).last?.text == "Nobody tells you this")
            let second = try guest.open(clinic.reception, "Another matter").caseID
            #expect(try anna.summary { $0.id == second }.phase == .waiting)
        }
    }

    // covers: B1
    @Test func `what the broker repeats and mixes up is shown once and in order`() async throws {
        try await withClinic(nodes: 2) { clinic in
            // Every other publication of the case itself is lost, and whatever else tells of it comes three times.
            let count = Atomic(0)
            clinic.node(0).line?.set {
                $0.copies = { topic in
                    guard topic.name.hasPrefix("foyer:c:") else { return 3 }
                    return count.add(1, ordering: .relaxed).newValue.isMultiple(of: 2) ? 2 : 0
                }
            }
            let guest = try clinic.socket(try clinic.guest("Maria").session, at: 0)
            let anna = try clinic.socket(of: clinic.anna, at: 1)
            let opened = try guest.open(clinic.reception).caseID
            try anna.subscribe(opened)
            let start = try anna.caughtUp(opened)
            for number in 0..<30 { try guest.send("\(number)", to: opened) }
            let events = try anna.events(opened, upTo: start + 30).filter { $0.seq > start }
            #expect(events.map(\.seq) == Array((start + 1)...(start + 30)))
            #expect(events.compactMap(\.text) == (0..<30).map { "\($0)" })
        }
    }

    // covers: B7
    @Test func `without the broker chats go on, and subscriptions are made`() async throws {
        try await withClinic(nodes: 2) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session, at: 0)
            let opened = try guest.open(clinic.reception).caseID
            for node in 0...1 { clinic.node(node).line?.cut() }
            let anna = try clinic.socket(of: clinic.anna, at: 1)
            #expect(try anna.watch() == 1)
            try anna.subscribe(opened)
            _ = try anna.caughtUp(opened)
            #expect(try anna.act(opened, .claim).isAccepted)
            let last = try guest.send("Are you there?", to: opened)
            #expect(try anna.events(opened, upTo: last).last?.text == "Are you there?")
            for node in 0...1 { clinic.node(node).line?.mend() }
            let next = try guest.send("And now?", to: opened)
            #expect(try anna.events(opened, upTo: next).last?.text == "And now?")
        }
    }

    // covers: B4, B7
    @Test func `members see each other and who types over nodes, and unknown is not away`() async throws {
        try await withClinic(nodes: 2) { clinic in
            let team = clinic.reception.publicID.text
            let ben = try #require(clinic.directory.roster[clinic.ben]).publicID.text
            let anna = try clinic.socket(of: clinic.anna, at: 0)
            #expect(try anna.watch() == 0)
            let other = try clinic.socket(of: clinic.ben, at: 1)
            #expect(try other.watch() == 0)
            _ = try anna.members(of: team) { $0.contains(MemberPresence(id: ben, state: .online)) }

            let guest = try clinic.socket(try clinic.guest("Maria").session, at: 1)
            let opened = try guest.open(clinic.reception).caseID
            for socket in [anna, guest] { try socket.subscribe(opened) }
            let notice = TypingNotice(caseID: opened, isOn: true, isPrivate: false, voice: .own)
            #expect(try guest.ask(.typing(notice)).isAccepted)
            let typing = try anna.push { message in
                if case .typing(let push) = message, !push.who.isEmpty { push } else { nil }
            }
            #expect(typing.caseID == opened && typing.who.map(\.kind) == [.guest])

            for node in 0...1 { clinic.node(node).line?.cut() }
            _ = try anna.members(of: team) { $0.contains(MemberPresence(id: ben, state: .unknown)) }
            for node in 0...1 { clinic.node(node).line?.mend() }
            _ = try anna.members(of: team) { $0.contains(MemberPresence(id: ben, state: .online)) }
        }
    }

    @Test func `whoever is removed from a case hears nothing of what follows`() async throws {
        try await withClinic(nodes: 2) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session, at: 0)
            let dora = try clinic.socket(of: clinic.dora, at: 1)
            let anna = try clinic.socket(of: clinic.anna, at: 0)
            let name = try #require(clinic.directory.roster[clinic.dora]).publicID.text
            let opened = try guest.open(clinic.reception).caseID
            #expect(try anna.act(opened, .claim).isAccepted)
            #expect(try anna.act(opened, .join(member: name)).isAccepted)
            try dora.subscribe(opened)
            _ = try dora.caughtUp(opened)
            // The news of the removal itself is lost.
            let isLost = Atomic(true)
            clinic.node(0).line?.set { $0.copies = { _ in isLost.load(ordering: .relaxed) ? 0 : 1 } }
            #expect(try anna.act(opened, .part(member: name)).isAccepted)
            isLost.store(false, ordering: .relaxed)
            try guest.send("Not for Dora", to: opened)
            #expect(try dora.gone() == opened)
            #expect(try dora.ask(.ping).isAccepted)
            let heard = dora.pushes.contains { push in
                if case .event(let event) = push { event.text == "Not for Dora" } else { false }
            }
            #expect(!heard)
        }
    }

    // covers: B3
    @Test func `of two who claim at the same moment one has it, and the other hears who`() async throws {
        try await withClinic(nodes: 2) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session, at: 0)
            let sockets = [
                try clinic.socket(of: clinic.anna, at: 0), try clinic.socket(of: clinic.ben, at: 1),
            ]
            for _ in 0..<50 {
                let opened = try guest.open(clinic.reception).caseID
                let asked = try sockets.map { socket in
                    try socket.say(.onCase(Wire.CaseCommand(caseID: opened, key: .random(), action: .claim)))
                }
                let answers = try zip(sockets, asked).map { try $0.answer(to: $1) }
                #expect(answers.filter(\.isAccepted).count == 1)
                let loser = try #require(answers.first { !$0.isAccepted })
                #expect(loser.code == "already_claimed", "\(loser)")
                guard case .success(let loaded) = try clinic.store.load(named: try #require(PublicID(text: opened)))
                else { throw HubClient.Ended() }
                #expect(loaded.state.assignee == (answers[0].isAccepted ? clinic.anna : clinic.ben))
            }
        }
    }

    @Test func `a session that ends at one node ends its sockets at the other`() async throws {
        try await withClinic(nodes: 2) { clinic in
            let session = try clinic.guest("Maria").session
            let socket = try clinic.socket(session, at: 1)
            clinic.house.endSession(session.id)
            #expect(try socket.waitForEnd().code == SocketEnd.signedOut.rawValue)
        }
    }
}
