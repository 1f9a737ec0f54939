import CaseMachine
import Foundation
import Synchronization
import Testing

@testable import CaseStore

/// Two nodes, each with its own directory on one PostgreSQL database.
@Suite struct SharedDirectoryTests {
    private let start = DirectoryHouse.start
    private let one: DirectoryHouse
    private let other: DirectoryHouse
    private var nodes: [DirectoryHouse] { [one, other] }

    init() throws {
        let house = try VaultHouse(.postgres)
        one = try DirectoryHouse(in: house) { Self.limit(&$0, "n1") }
        other = try DirectoryHouse(in: VaultHouse(nodeOf: house), seed: 2) { Self.limit(&$0, "n2") }
    }

    private static func limit(_ settings: inout Directory.Settings, _ node: String) {
        settings.node = node
        settings.limits.codesPerHouse = DirectoryLimits.Rate(30, within: .hours(1))
    }

    /// On both nodes at once, with several threads each; how often it came to pass.
    private func count(_ threads: Int, _ body: @Sendable @escaping (Directory, Int) throws -> Void) -> Int {
        let directories = nodes.map(\.directory)
        let passed = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: threads) { index in
            if (try? body(directories[index % 2], index)) != nil { passed.add(1, ordering: .relaxed) }
        }
        return passed.load(ordering: .relaxed)
    }

    // covers: B2
    @Test func `somebody who signed in on one node is signed in on the other`() throws {
        let guest = try one.signIn()
        let member = try other.logIn()
        #expect(try other.directory.session(guest.token.text, of: .guest, at: start) == guest.session)
        #expect(try one.directory.session(member.token.text, of: .member, at: start) == member.session)
        #expect(try other.directory.guest(guest.guest.id) == guest.guest)
    }

    @Test func `a code asked for on one node is typed on the other, whose clock is behind`() throws {
        let sent = try one.send(one.form(), at: start + .seconds(5))
        #expect(directoryError { _ = try other.verify(sent, code: sent.wrongCode) }?.triesLeft == 4)
        #expect(directoryError { _ = try one.verify(sent, code: sent.wrongCode) }?.triesLeft == 3)
        #expect(try other.verify(sent).guest.firstName == "Maria")
        #expect(directoryError { _ = try one.verify(sent) }?.code == .codeExpired)
    }

    @Test func `codes are counted together, one by one, on whichever node they are asked for`() throws {
        let limit = 30
        let desk = one.desk.publicID
        let sent = count(60) { directory, index in
            let form = CodeRequest(
                team: desk, firstName: "Maria", lastName: "Jansen", phone: "+44 7700 90\(1000 + index)")
            _ = try directory.requestCode(form, from: ClientAddress("203.0.113.\(index)"), at: DirectoryHouse.start)
        }
        #expect(sent == limit)
    }

    @Test func `wrong passwords are counted together, one by one`() throws {
        let wrong = count(16) { directory, _ in
            guard DirectoryHouse.guessPassword(directory) == .wrongLogin else { throw UnexpectedTrouble() }
        }
        #expect(wrong == DirectoryLimits.freeFailures)
    }

    @Test func `of many who type the right code at once, one comes in, and is one guest`() throws {
        for round in Int64(0)..<10 {
            let now = start + .minutes(round)
            let sent = try nodes[Int(round) % 2].send(one.form(), at: now)
            let won = count(6) { directory, _ in
                _ = try directory.verifyCode(
                    challenge: sent.challenge, code: sent.code, from: DirectoryHouse.client, at: now)
            }
            #expect(won == 1)
        }
        #expect(try one.count("guest") == 1)
    }

    @Test func `one person who comes in on both nodes at once by two codes is one guest`() throws {
        for number in 0..<10 {
            let form = one.form(phone: "+44 7700 90020\(number)")
            let first = try one.send(form)
            let second = try other.send(form, at: start + .seconds(31))
            let guests = Mutex<[GuestID]>([])
            let won = count(2) { directory, index in
                let sent = index == 0 ? first : second
                let signIn = try directory.verifyCode(
                    challenge: sent.challenge, code: sent.code, from: DirectoryHouse.client,
                    at: DirectoryHouse.start + .seconds(40))
                guests.withLock { $0.append(signIn.guest.id) }
            }
            #expect(won == 2)
            #expect(guests.withLock { Set($0).count } == 1)
        }
    }

    // covers: B3
    @Test func `a ticket of one node is redeemed on the other, once, however many show it at once`() throws {
        let session = try one.signIn().session
        for round in 0..<100 {
            let ticket = try nodes[round % 2].directory.ticket(for: session, at: start + .seconds(5)).text
            let won = count(4) { directory, _ in _ = try directory.redeem(ticket: ticket, at: DirectoryHouse.start) }
            #expect(won == 1)
        }
        #expect(try one.count("ticket") == 0)
    }

    @Test func `a session that was signed out on one node is refused by the other, which hears of it`() throws {
        let guest = try one.signIn()
        let member = try one.logIn()
        let ticket = try other.directory.ticket(for: member.session, at: start)
        #expect(try other.directory.refresh() == Directory.News())
        try one.directory.logOut(guest.token.text, of: .guest, at: start)
        try one.directory.endSessions(of: .member(one.anna.id), at: start)
        for (token, kind) in [(guest.token, Session.Kind.guest), (member.token, .member)] {
            #expect(directoryError { _ = try other.directory.session(token.text, of: kind, at: start) } == .signIn)
        }
        #expect(directoryError { _ = try other.directory.redeem(ticket: ticket.text, at: start) } == .signIn)
        for node in nodes {
            let news = try node.directory.refresh()
            #expect(news.endedSessions == [guest.session.id, member.session.id])
            #expect(!news.isRosterNew && !news.hasMissedSessions)
            #expect(try node.directory.refresh() == Directory.News())
        }
    }

    @Test func `a session that gave way to another is heard of, too`() throws {
        let first = try one.logIn()
        for _ in 1...DirectoryLimits.sessionsPerSubject { _ = try one.logIn() }
        #expect(try other.directory.refresh().endedSessions == [first.session.id])
    }

    @Test func `no ended session is missed while many end on both nodes at once`() throws {
        let tokens = try (0..<40).map { _ in try one.logIn().token.text }
        let all = try Set(one.directory.sessions(of: .member(one.anna.id), at: start).map(\.id))
        let isDone = Atomic<Bool>(false)
        let heard = Mutex<[SessionID]>([])
        let listener = try DirectoryHouse(in: VaultHouse(nodeOf: one.house), seed: 3) { Self.limit(&$0, "n3") }
        let directory = listener.directory
        let thread = Thread {
            while true {
                let isLast = isDone.load(ordering: .acquiring)
                let news = try? directory.refresh()
                heard.withLock { $0 += news?.endedSessions ?? [] }
                if isLast { return }
            }
        }
        thread.start()
        let ended = count(tokens.count) { directory, index in
            try directory.logOut(tokens[index], of: .member, at: DirectoryHouse.start)
        }
        isDone.store(true, ordering: .releasing)
        while !thread.isFinished { usleep(1000) }
        #expect(ended == tokens.count)
        #expect(heard.withLock { Set($0) } == all)
        #expect(heard.withLock { $0.count } == all.count)
    }

    @Test func `a node that was away for too long is told to look at each session`() throws {
        let old = try one.logIn()
        try one.directory.logOut(old.token.text, of: .member, at: start)
        let later = start + DirectoryLimits.endedRemembered
        let new = try one.logIn(at: later)
        try one.directory.logOut(new.token.text, of: .member, at: later)
        while try one.directory.tidy(at: later) > 0 {}
        #expect(try one.count("endedSession") == 1)
        let news = try other.directory.refresh()
        #expect(news.hasMissedSessions && news.endedSessions == [])
        #expect(try other.directory.refresh() == Directory.News())
        // As after a restart from a backup.
        try one.database.run("UPDATE directoryChange SET ended = 0, forgotten = 0", [])
        #expect(try other.directory.refresh().hasMissedSessions)
    }

    @Test func `what one node changes of the roster, the other sees at its next look`() throws {
        let before = other.directory.roster
        let ben = try one.directory.createMember(
            name: "Ben", email: "ben@clinic.example", password: "quite another one", in: one.clinic.id, at: start)
        #expect(other.directory.roster === before)
        #expect(try other.directory.refresh().isRosterNew)
        #expect(other.directory.roster[ben.id] == ben)
        _ = try other.logIn(email: "ben@clinic.example", password: "quite another one")
        try other.directory.removeMember(one.anna.id, from: one.desk.id, at: start)
        #expect(one.directory.roster[one.anna.id]?.teams.isEmpty == false)
        #expect(try one.directory.refresh().isRosterNew)
        #expect(one.directory.roster[one.anna.id]?.teams == [:])
        // Its own changes it knows.
        #expect(try !other.directory.refresh().isRosterNew)
    }

    @Test func `changes that two nodes make at once are both kept, and revisions are not given twice`() throws {
        let desk = one.desk
        let revisions = Mutex<[Int]>([])
        let changed = count(8) { directory, index in
            var settings = desk.settings
            settings.expectedWaitMinutes = index
            let team = try directory.updateTeam(desk.id, settings, policy: desk.policy, at: DirectoryHouse.start)
            revisions.withLock { $0.append(team.policy.revision) }
        }
        #expect(changed == 8)
        let first = desk.policy.revision + 1
        #expect(revisions.withLock { $0.sorted() } == Array(first..<first + 8))
        for node in nodes { _ = try node.directory.refresh() }
        #expect(one.directory.roster[desk.id] == other.directory.roster[desk.id])
    }

    @Test func `an erased guest is forgotten by the node that has just shown them`() throws {
        let maria = try one.signIn().guest
        #expect(try other.directory.guest(maria.id) == maria)
        try one.vault.destroy(guestKey: maria.id.value, of: one.clinic.id.value)
        #expect(try other.vault.refresh())
        #expect(directoryError { _ = try other.directory.guest(maria.id) } == .erased)
    }

    @Test func `each node has a chain of its own in the audit trail, and both are whole`() throws {
        _ = count(20) { directory, index in
            _ = try directory.recordCaseViewed(CaseID(Int64(index)), by: MemberID(1), at: DirectoryHouse.start)
        }
        for node in nodes { try node.directory.signAudit(at: start, isClosing: true) }
        let report = try one.auditReport()
        #expect(report.isIntact && report.nodes.map(\.name) == ["n1", "n2"])
        #expect(report.nodes.map(\.unsignedRows) == [0, 0])
        // The heads of the other node are in its own file.
        #expect(report.remarks.contains { $0.contains("node n2") && $0.contains("--heads") })
        let copy = other.house.directory.auditHeads
        #expect(try one.auditReport(copiesOfHeads: [copy]).remarks == [])
        try one.database.run("DELETE FROM auditHead WHERE node = 'n2'", [])
        #expect(
            try one.auditReport(copiesOfHeads: [copy]).findings.allSatisfy { $0.node == "n2" }
                && !one.auditReport(copiesOfHeads: [copy]).isIntact)
    }

    @Test func `two processes by one name break no chain`() throws {
        let twin = try DirectoryHouse(in: VaultHouse(nodeOf: one.house), seed: 3) { Self.limit(&$0, "n1") }
        let directories = [one.directory, twin.directory]
        let written = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 20) { index in
            let error = directoryError {
                try directories[index % 2].recordCaseViewed(
                    CaseID(Int64(index)), by: MemberID(1), at: DirectoryHouse.start)
            }
            if error == nil { written.add(1, ordering: .relaxed) }
        }
        #expect(written.load(ordering: .relaxed) == 20)
        let report = try one.auditReport()
        #expect(report.findings.isEmpty)
    }
}
