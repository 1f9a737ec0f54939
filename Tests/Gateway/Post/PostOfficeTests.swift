import CaseMachine
import CaseStore
import Foundation
import Logging
import Notifications
import Synchronization
import Testing
import Wire

@testable import Gateway

/// The worker of the outbox, over a real store and real people. What the provider says is the test's.
@Suite struct PostOfficeTests {
    // covers: B9
    @Test func `a notice names the clinic and the chat, and nothing of what was said`() async throws {
        try await withClinic { clinic in
            let chat = try Chat(clinic)
            let desk = try PostDesk(clinic)
            try chat.missResponse(.guest)
            let record = try desk.waitFor(chat) { $0.state == .sent }
            let letter = try #require(desk.provider.sent.first)
            #expect(desk.provider.sent.count == 1)
            #expect((letter.letter.channel, letter.letter.to) == (.email, "maria@example.com"))
            #expect(letter.letter.text.contains("Northside Clinic"))
            let team = clinic.reception.publicID.text
            #expect(letter.letter.text.contains("http://127.0.0.1:8080/chat/\(team)/\(chat.name)"))
            for secret in ["Missing report", Chat.words, "Maria", "Jansen", "Anna"] {
                #expect(!letter.letter.text.contains(secret) && !letter.letter.subject.contains(secret))
            }
            #expect((record.attempts, record.channel, record.unknowns) == (1, .email, 0))
            try desk.wait { desk.figures.reading.sent == 1 && desk.figures.reading.lateness.count == 1 }
        }
    }

    // covers: S1.15
    @Test func `what was seen before it could be sent is not sent`() async throws {
        try await withClinic { clinic in
            let chat = try Chat(clinic)
            try chat.missResponse(.guest)
            // On another device.
            _ = try chat.guest.ask(.seen(ReadMark(caseID: chat.name, upTo: try chat.guestHead())))
            let desk = try PostDesk(clinic)
            #expect(try desk.waitFor(chat) { $0.state == .cancelled }.attempts == 0)
            #expect(desk.provider.sent.isEmpty)
            try desk.wait { desk.figures.reading.cancelled == 1 }
        }
    }

    // covers: B9
    @Test func `what did not get through is tried again under the same key, until it does`() async throws {
        try await withClinic { clinic in
            let chat = try Chat(clinic)
            let desk = try PostDesk(
                clinic,
                says: [
                    .notReached(reason: "no route"), .refused(reason: "busy", permanent: false),
                    .notReached(reason: "no route"),
                ])
            try chat.missResponse(.guest)
            let record = try desk.waitFor(chat) { $0.state == .sent }
            #expect(record.attempts == 4 && !record.mayHaveGoneTwice)
            #expect(Set(desk.provider.sent.map(\.key)).count == 1)
            try desk.wait { desk.figures.reading.retried == 3 }
        }
    }

    // covers: B9
    @Test func `what is refused for good is a dead letter, and goes out again under another key`() async throws {
        try await withClinic { clinic in
            let chat = try Chat(clinic)
            let desk = try PostDesk(clinic, says: [.refused(reason: "no such address", permanent: true)])
            try chat.missResponse(.guest)
            let dead = try desk.waitFor(chat) { $0.state == .dead }
            #expect((dead.attempts, dead.reason) == (1, "no such address"))
            let failed = try clinic.store.failedLetters(of: clinic.clinic.id, before: nil, limit: 9)
            #expect(failed == [dead])
            #expect(try clinic.store.sendAgain(dead.id, in: clinic.clinic.id, at: desk.now) == chat.id)
            desk.bell.ring()
            _ = try desk.waitFor(chat) { $0.state == .sent }
            #expect(Set(desk.provider.sent.map(\.key)).count == 2)
        }
    }

    // covers: B9
    @Test func `a provider that takes it and does not say so gets it once more, and it is shown as such`() async throws
    {
        try await withClinic { clinic in
            let chat = try Chat(clinic)
            let desk = try PostDesk(clinic, says: [.uncertain(reason: "no answer")])
            try chat.missResponse(.guest)
            #expect(try desk.waitFor(chat) { $0.state == .sent }.mayHaveGoneTwice)
            #expect(desk.provider.sent.count == 2)
            #expect(Set(desk.provider.sent.map(\.key)).count == 1)
            try desk.wait { desk.figures.reading.mayHaveGoneTwice == 1 }
        }
    }

    // covers: B9
    @Test func `nobody gets a letter more than twice, whatever the provider does`() async throws {
        try await withClinic { clinic in
            let chat = try Chat(clinic)
            let desk = try PostDesk(
                clinic, says: Array(repeating: .uncertain(reason: "no answer"), count: 9))
            try chat.missResponse(.guest)
            #expect(try desk.waitFor(chat) { $0.state == .dead }.unknowns == 2)
            #expect(desk.provider.sent.count == 2)
        }
    }

    // covers: B2
    @Test func `it is given up after a day of trying, and never before`() async throws {
        try await withClinic { clinic in
            let chat = try Chat(clinic)
            let desk = try PostDesk(
                clinic, says: Array(repeating: .notReached(reason: "down"), count: 1000), pause: .minutes(10))
            try chat.missResponse(.guest)
            _ = try desk.waitForTry(1, chat)
            for hour in Int64(1)...23 {
                desk.advance(.hours(1))
                #expect(try desk.waitForTry(hour + 1, chat).state == .waiting)
            }
            desk.advance(.hours(2))
            #expect(try desk.waitFor(chat) { $0.state == .dead }.reason == "down")
        }
    }

    // covers: B2
    @Test func `after an hour without a provider it goes out, and its lateness is recorded`() async throws {
        try await withClinic { clinic in
            let chat = try Chat(clinic)
            let desk = try PostDesk(
                clinic, says: [.notReached(reason: "down"), .notReached(reason: "down")], pause: .minutes(10))
            try chat.missResponse(.guest)
            _ = try desk.waitForTry(1, chat)
            desk.advance(.minutes(30))
            _ = try desk.waitForTry(2, chat)
            desk.advance(.minutes(30))
            let late = try #require(try desk.waitFor(chat) { $0.state == .sent }.lateness)
            #expect(late >= .minutes(60) && late < .minutes(70))
        }
    }

    // covers: B9
    @Test func `an answer that could not be written down at once sends nothing again`() async throws {
        try await withClinic { clinic in
            let chat = try Chat(clinic)
            clinic.faulty.set { $0.cannotFinish = true }
            let desk = try PostDesk(clinic)
            try chat.missResponse(.guest)
            try desk.wait { desk.provider.sent.count == 1 }
            clinic.faulty.set { $0.cannotFinish = false }
            let record = try desk.waitFor(chat) { $0.state == .sent }
            #expect(record.attempts == 1 && desk.provider.sent.count == 1)
        }
    }

    // covers: B9
    @Test func `a node that stands still beyond its lease is overtaken, and the second letter is marked`() async throws
    {
        try await withClinic { clinic in
            let chat = try Chat(clinic)
            let paused = try PostDesk(clinic, lease: .seconds(1))
            paused.provider.stand(true)
            try chat.missResponse(.guest)
            try paused.wait { paused.provider.sent.count == 1 }
            // Its thread that looks stands still, too.
            paused.looksNoMore()
            let other = try PostDesk(clinic)
            #expect(try other.waitFor(chat) { $0.state == .sent }.mayHaveGoneTwice)
            #expect(other.provider.sent.map(\.key) == paused.provider.sent.map(\.key))
            let known = try chat.letters()
            paused.provider.stand(false)
            try paused.wait { paused.figures.reading.overtaken == 1 }
            #expect(try chat.letters() == known)
        }
    }

    // covers: S0.1
    @Test func `the team's members are told by e-mail, each by one of their own`() async throws {
        try await withClinic { clinic in
            let chat = try Chat(clinic, isClaimed: false)
            let desk = try PostDesk(clinic)
            try chat.alert(level: 1)
            try desk.wait { try chat.letters().filter { $0.state == .sent }.count == 2 }
            #expect(Set(desk.provider.sent.map(\.letter.to)) == ["anna@clinic.example", "ben@clinic.example"])
            try chat.alert(level: 2)
            try desk.wait { try chat.letters().filter { $0.state == .sent }.count == 5 }
            #expect(desk.provider.sent.filter { $0.letter.to == "cleo@clinic.example" }.count == 1)
            for sent in desk.provider.sent { #expect(sent.letter.text.contains("/dashboard#/all/\(chat.name)")) }
        }
    }

    // covers: B5
    @Test func `members who look at the case are told how its notice fares, and the guest is not`() async throws {
        try await withClinic(nodes: 2) { clinic in
            let chat = try Chat(clinic)
            let near = try clinic.socket(of: clinic.anna)
            let far = try clinic.socket(of: clinic.ben, at: 1)
            for socket in [near, far, chat.guest] {
                try socket.subscribe(chat.name)
                _ = try socket.caughtUp(chat.name)
            }
            let desk = try PostDesk(clinic, says: [.notReached(reason: "no route")], pause: .seconds(1))
            let number = try chat.missResponse(.guest)
            for socket in [near, far] {
                let first = try socket.notice { $0.state == .trying }
                #expect((first.caseID, first.seq, first.channel) == (chat.name, number, .email))
                let sent = try socket.notice { $0.state == .sent }
                #expect(sent.lateMilliseconds != nil && sent.letters == 1 && !sent.mayHaveGoneTwice)
            }
            // Reported by its provider.
            let reference = try #require(desk.provider.references.first)
            #expect(
                try clinic.store.report(.delivered, of: reference, at: desk.now) == [chat.id])
            clinic.house.letterChanged(in: chat.id)
            #expect(try far.notice { $0.state == .delivered }.seq == number)
            // And who comes later is told of it, too.
            let late = try clinic.socket(of: clinic.cleo)
            try late.subscribe(chat.name)
            #expect(try late.notice().state == .delivered)
            let last = try chat.guest.send("Hello?", to: chat.name)
            _ = try chat.guest.events(chat.name, upTo: last)
            #expect(chat.guest.pushes.allSatisfy { if case .notice = $0 { false } else { true } })
        }
    }
}

extension HubClient {
    fileprivate func notice(where fits: (NoticePush) -> Bool = { _ in true }) throws -> NoticePush {
        try push { message in
            if case .notice(let notice) = message, fits(notice) { notice } else { nil }
        }
    }
}

/// A provider that says what it is told to, and then takes everything.
private final class Provider: Transport {
    struct Sent: Sendable {
        let letter: Letter
        let key: String
    }

    private struct State {
        var sent: [Sent] = []
        var answers: [Delivery]
        var references: [String] = []
        var stands = false
    }

    private let state: Mutex<State>

    init(says answers: [Delivery]) { state = Mutex(State(answers: answers)) }

    var sent: [Sent] { state.withLock(\.sent) }
    var references: [String] { state.withLock(\.references) }

    /// What is sent from now on is taken, and the answer kept back.
    func stand(_ stands: Bool) { state.withLock { $0.stands = stands } }

    func send(_ letter: Letter, key: String) -> Delivery {
        let answer = state.withLock { state -> Delivery in
            state.sent.append(Sent(letter: letter, key: key))
            guard state.answers.isEmpty else { return state.answers.removeFirst() }
            let reference = "reference-\(state.sent.count)-\(key)"
            state.references.append(reference)
            return .taken(reference: reference)
        }
        while state.withLock(\.stands) { Thread.sleep(forTimeInterval: 0.005) }
        return answer
    }
}

/// A node's office.
private final class PostDesk {
    let provider: Provider
    let figures = PostFigures()
    let bell: Bell
    private let office: PostOffice
    private let moved: Moved

    private final class Moved: Sendable {
        let ahead = Mutex(Duration.zero)
        var now: Timestamp { SystemClock.now().wall + ahead.withLock { $0 } }
    }

    init(
        _ clinic: Clinic, says answers: [Delivery] = [], pause: Duration = .milliseconds(1),
        lease: Duration = .seconds(20)
    ) throws {
        provider = Provider(says: answers)
        bell = try Bell()
        moved = Moved()
        var limits = PostLimits()
        limits.look = .milliseconds(20)
        limits.lease = lease
        limits.firstPause = pause
        limits.longestPause = pause
        limits.senders = 2
        let writer = LetterWriter(
            store: clinic.faulty, directory: clinic.directory, publicURL: try PublicURL("http://127.0.0.1:8080"))
        let house = clinic.house
        office = try PostOffice(
            clinic.faulty, writer, Transports(sms: provider, email: provider), limits: limits, figures: figures,
            bell: bell, log: Logger(label: "post", factory: { _ in SwiftLogNoOpLogHandler() }),
            clock: { [moved] in moved.now }, tell: { house.letterChanged(in: $0) })
        try office.start()
    }

    deinit {
        provider.stand(false)
        office.stop()
    }

    var now: Timestamp { moved.now }

    func looksNoMore() { office.endTaking() }

    func advance(_ duration: Duration) {
        moved.ahead.withLock { $0 += duration }
        bell.ring()
    }

    func wait(until holds: () throws -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: 20)
        while try !holds() {
            try #require(Date() < deadline, "it has not come to it")
            Thread.sleep(forTimeInterval: 0.005)
        }
    }

    /// So many attempts have come to nothing, and the next one lies ahead.
    func waitForTry(_ count: Int64, _ chat: Chat) throws -> LetterRecord {
        try waitFor(chat) { record in
            guard record.attempts >= count, let next = record.nextTry else { return false }
            return next > now
        }
    }

    func waitFor(_ chat: Chat, until fits: (LetterRecord) -> Bool) throws -> LetterRecord {
        try wait { try chat.letters().contains(where: fits) }
        return try #require(try chat.letters().last(where: fits))
    }
}

/// A case at the reception, with something that its guest has not seen.
private final class Chat {
    static let words = "Your blood test is ready"

    let clinic: Clinic
    let guest: HubClient
    let name: String
    let id: CaseID

    init(_ clinic: Clinic, isClaimed: Bool = true) throws {
        self.clinic = clinic
        guest = try clinic.socket(try clinic.guest("Maria").session)
        name = try guest.open(clinic.reception).caseID
        id = try clinic.number(of: name)
        guard isClaimed else { return }
        let anna = try clinic.socket(of: clinic.anna)
        #expect(try anna.act(name, .claim).isAccepted)
        try anna.send(Self.words, to: name)
    }

    func letters() throws -> [LetterRecord] { try clinic.store.letters(of: id, limit: 50) }

    func guestHead() throws -> Int64 { try loaded().state.guestHead }

    private func loaded() throws -> LoadedCase { try #require(try clinic.store.load([id]).first).get() }

    /// As the engine commits it when it is due; the event's number.
    @discardableResult
    func missResponse(_ side: Side) throws -> Int64 {
        try commit { state in
            let unseen = state[side].unseen.map(\.number)
            let range = try #require(unseen.first)...(try #require(unseen.last))
            return .missedResponseNoticed(
                MissedResponse(side: side, unseen: range, dueAt: SystemClock.now().wall))
        }
    }

    func alert(level: Int) throws { try commit { _ in .firstResponseAlerted(level: level) } }

    @discardableResult
    private func commit(_ fact: (CaseState) throws -> Fact) throws -> Int64 {
        let before = try loaded()
        let event = CaseEvent(at: SystemClock.now().wall, author: .system, fact: try fact(before.state))
        let numbered = NumberedEvents([event], after: Heads(before.state))
        let state = try #require(CaseState.evolve(before.state, event))
        let change = CaseChange(
            id: id, expectedVersion: before.version, events: numbered.events, state: state, earliestDeadline: nil,
            outbox: numbered.outbox)
        let prepared = try clinic.store.prepare([CommitUnit(changes: [change])]).map { try $0.get() }
        #expect(try clinic.store.commit(prepared) == [.stored])
        return numbered.heads.team
    }
}
