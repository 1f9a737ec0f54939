import CaseMachine
import Foundation
import Synchronization
import Testing

@testable import CaseStore

@Suite struct SessionTests {
    private let start = DirectoryHouse.start

    /// A signed-in guest's or member's token and session.
    private func signedIn(
        _ kind: Session.Kind, _ house: DirectoryHouse, at now: Timestamp = DirectoryHouse.start
    ) throws -> (token: String, session: Session) {
        switch kind {
        case .guest:
            let signIn = try house.signIn(at: now)
            return (signIn.token.text, signIn.session)
        case .member:
            let signIn = try house.logIn(at: now)
            return (signIn.token.text, signIn.session)
        }
    }

    @Test(arguments: Session.Kind.allCases, DatabaseKind.allCases)
    func `a token is a session of its own kind and of no other`(_ kind: Session.Kind, _ database: DatabaseKind) throws {
        let house = try DirectoryHouse(database)
        let (token, session) = try signedIn(kind, house)
        #expect(token.utf8.count == 64)
        #expect(try house.directory.session(token, of: kind, at: start) == session)
        #expect(try house.directory.session(session.id, at: start) == session)
        let other: Session.Kind = kind == .guest ? .member : .guest
        let strangers: [(String, Session.Kind)] = [
            (token, other), (String(token.dropLast()), kind), ("", kind), (token.uppercased() + "é", kind),
            (String(repeating: "0", count: 64), kind),
        ]
        for (token, kind) in strangers {
            #expect(directoryError { _ = try house.directory.session(token, of: kind, at: start) }?.code == .signIn)
        }
    }

    private static let ends: [(Session.Kind, idle: Duration, whole: Duration)] = [
        (.guest, .days(30), .days(90)), (.member, .minutes(30), .hours(12)),
    ]

    @Test(arguments: ends)
    func `a session ends when it was not used for long`(
        _ kind: Session.Kind, _ idle: Duration, _ whole: Duration
    ) throws {
        let house = try DirectoryHouse(.sqlite)
        let (token, session) = try signedIn(kind, house)
        #expect(session.idleAt == start + idle && session.endsAt == start + whole)
        let last = start + idle - .milliseconds(1)
        // A look is no use.
        #expect(try house.directory.session(token, of: kind, at: last, isUse: false).idleAt == start + idle)
        for now in [start + idle, start + idle + .days(400)] {
            #expect(directoryError { _ = try house.directory.session(token, of: kind, at: now) }?.code == .signIn)
        }
        #expect(try house.directory.session(token, of: kind, at: last).idleAt == last + idle)
        #expect(try house.directory.session(token, of: kind, at: last + idle - .seconds(1)).usedAt > last)
    }

    @Test(arguments: ends)
    func `a session ends at last, however much it is used`(
        _ kind: Session.Kind, _ idle: Duration, _ whole: Duration
    ) throws {
        let house = try DirectoryHouse(.sqlite)
        let (token, session) = try signedIn(kind, house)
        var now = start
        while now + idle / 2 < session.endsAt {
            now = now + idle / 2
            let used = try house.directory.session(token, of: kind, at: now)
            #expect(used.idleAt == min(now + idle, session.endsAt) && used.endsAt == start + whole)
        }
        _ = try house.directory.session(token, of: kind, at: session.endsAt - .milliseconds(1))
        #expect(
            directoryError { _ = try house.directory.session(token, of: kind, at: session.endsAt) }?.code == .signIn)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `use is written once a minute`(_ database: DatabaseKind) throws {
        let house = try DirectoryHouse(database)
        let (token, session) = try signedIn(.member, house)
        for (seconds, usedAt) in [(59, 0), (60, 60), (61, 60), (119, 60), (120, 120)] {
            let used = try house.directory.session(token, of: .member, at: start + .seconds(seconds))
            #expect(used.usedAt == start + .seconds(usedAt))
            #expect(try house.directory.session(session.id, at: start, isUse: false).usedAt == used.usedAt)
        }
    }

    @Test(arguments: Session.Kind.allCases, DatabaseKind.allCases)
    func `who signs out is out, and nobody else`(_ kind: Session.Kind, _ database: DatabaseKind) throws {
        let house = try DirectoryHouse(database)
        let (token, session) = try signedIn(kind, house)
        let other = try signedIn(kind, house, at: start + .minutes(1))
        #expect(try house.directory.logOut(token, of: kind == .guest ? .member : .guest, at: start) == nil)
        #expect(try house.directory.logOut(token, of: kind, at: start) == session)
        #expect(try house.directory.logOut(token, of: kind, at: start) == nil)
        #expect(directoryError { _ = try house.directory.session(token, of: kind, at: start) }?.code == .signIn)
        #expect(directoryError { _ = try house.directory.session(session.id, at: start) }?.code == .signIn)
        #expect(try house.directory.sessions(of: session.subject, at: start + .minutes(1)) == [other.session])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `all sessions of somebody are ended at once`(_ database: DatabaseKind) throws {
        let house = try DirectoryHouse(database)
        let all = try (0..<3).map { try signedIn(.member, house, at: start + .minutes(Int64($0))) }
        let guest = try signedIn(.guest, house)
        let ended = try house.directory.endSessions(of: .member(house.anna.id), at: start)
        #expect(ended == all.map(\.session.id).reversed())
        for (token, _) in all {
            #expect(directoryError { _ = try house.directory.session(token, of: .member, at: start) }?.code == .signIn)
        }
        _ = try house.directory.session(guest.token, of: .guest, at: start)
        #expect(try house.directory.endSessions(of: .member(house.anna.id), at: start) == [])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a person has so many sessions, and the oldest gives way and is named`(_ database: DatabaseKind) throws {
        let house = try DirectoryHouse(database)
        let all = try (0..<DirectoryLimits.sessionsPerSubject).map { _ in try house.logIn() }
        #expect(all.flatMap { $0.ended } == [])
        let guest = try house.signIn()
        #expect(guest.ended.isEmpty)
        let last = try house.logIn()
        #expect(last.ended == [all[0].session.id])
        #expect(directoryError { _ = try house.directory.session(all[0].token.text, of: .member, at: start) } != nil)
        for kept in [all[1], last] { _ = try house.directory.session(kept.token.text, of: .member, at: start) }
        #expect(
            try house.directory.sessions(of: .member(house.anna.id), at: start).count
                == DirectoryLimits.sessionsPerSubject)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a guest's oldest session gives way, too`(_ database: DatabaseKind) throws {
        let house = try DirectoryHouse(database)
        var now = start
        func signIn() throws -> GuestSignIn {
            // A contact has so many codes a day.
            now = now + .minutes(90)
            return try house.signIn(at: now)
        }
        let first = try signIn()
        for _ in 1..<DirectoryLimits.sessionsPerSubject { #expect(try signIn().ended.isEmpty) }
        #expect(try signIn().ended == [first.session.id])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `sessions live on over a restart`(_ database: DatabaseKind) throws {
        let house = try VaultHouse(database)
        let token = try { try DirectoryHouse(in: house).logIn().token.text }()
        let again = try DirectoryHouse(in: house, seed: 2)
        #expect(try again.directory.session(token, of: .member, at: start).subject == .member(again.anna.id))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `housekeeping removes what has expired, in portions, and nothing else`(_ database: DatabaseKind) throws {
        let house = try DirectoryHouse(database)
        let directory = house.directory
        let (token, _) = try signedIn(.guest, house)
        _ = try signedIn(.member, house)
        let sent = try house.send(house.form(phone: "+44 7700 900124"))
        #expect(try directory.tidy(at: start) == 0)
        #expect(try directory.tidy(at: start + .minutes(5)) == 1)
        #expect(try house.count("challenge") == 0)
        #expect(directoryError { _ = try house.verify(sent) }?.code == .codeExpired)
        #expect(try directory.tidy(at: start + .minutes(30)) == 1)
        _ = try directory.session(token, of: .guest, at: start + .minutes(30))
        #expect(try house.count("attempt") ?? 0 > 0)
        _ = try directory.tidy(at: start + .days(1))
        #expect(try house.count("attempt") == 0)
        try house.database.write { db in
            for _ in 0...DirectoryLimits.tidiedAtOnce {
                _ = try Attempts.record(.codeOfHouse, [], start, db)
            }
        }
        #expect(try directory.tidy(at: start + .days(1)) == DirectoryLimits.tidiedAtOnce)
        #expect(try directory.tidy(at: start + .days(1)) == 1)
        #expect(try directory.tidy(at: start + .days(1)) == 0)
    }
}
