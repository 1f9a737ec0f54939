import CaseMachine
import Foundation
import Synchronization
import Testing

@testable import CaseStore

@Suite struct LoginTests {
    private let start = DirectoryHouse.start

    @Test(arguments: DatabaseKind.allCases)
    func `a member signs in with their address, in any case, and their password`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        for email in [DirectoryHouse.memberEmail, " ANNA@Clinic.example "] {
            let signIn = try house.logIn(email: email)
            #expect(signIn.member == house.anna)
            #expect(signIn.session.subject == .member(house.anna.id))
            #expect(signIn.session.organisation == house.clinic.id)
        }
        #expect(try house.directory.address(of: house.anna.id).typed == DirectoryHouse.memberEmail)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `one form of a letter is as good as the other in a password`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        _ = try house.directory.createMember(
            name: "Ben", email: "ben@clinic.example", password: "caf\u{E9} au lait", in: house.clinic.id, at: start)
        _ = try house.logIn(email: "ben@clinic.example", password: "cafe\u{301} au lait")
    }

    private static let wrong: [(String, String)] = [
        (DirectoryHouse.memberEmail, "correct horse batterx"), (DirectoryHouse.memberEmail, "correct horse"),
        (DirectoryHouse.memberEmail, String(repeating: "p", count: 5000)),
        ("nobody@clinic.example", DirectoryHouse.password), ("no address", DirectoryHouse.password),
        (String(repeating: "a", count: 10_000), DirectoryHouse.password),
    ]

    @Test(arguments: wrong)
    func `a wrong password and an unknown address are answered alike`(_ email: String, _ password: String) throws {
        let house = try DirectoryHouse(.sqlite)
        #expect(directoryError { _ = try house.logIn(email: email, password: password) } == .wrongLogin)
        #expect(try house.count("session") == 0)
        #expect(try house.count("attempt") == 3)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `an unknown address takes as long as a known one`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind) { $0.passwordCost = PasswordCost(n: 1 << 14, r: 8, p: 1) }
        func time(_ email: String) -> Duration {
            let clock = ContinuousClock()
            return (0..<3).map { _ in
                clock.measure { _ = try? house.logIn(email: email, password: "wrong password") }
            }.min() ?? .zero
        }
        let (known, unknown) = (time(DirectoryHouse.memberEmail), time("nobody@clinic.example"))
        // Computing dominates: some 40 ms against less than one.
        #expect(known > .milliseconds(10))
        #expect(unknown > known / 4)
    }

    @Test(arguments: ["email", "password"])
    func `what was left empty is said`(_ field: String) throws {
        let house = try DirectoryHouse(.sqlite)
        let error = directoryError {
            _ = try house.logIn(
                email: field == "email" ? "" : DirectoryHouse.memberEmail, password: field == "password" ? "" : "x")
        }
        #expect(error?.code == .missing && error?.field == field)
    }

    @Test(arguments: [DirectoryHouse.memberEmail, "nobody@clinic.example"], DatabaseKind.allCases)
    func `after wrong passwords comes a pause that grows, for a known address as for an unknown`(
        _ email: String, _ kind: DatabaseKind
    ) throws {
        let house = try DirectoryHouse(kind)
        var now = start
        func fail() -> DirectoryError? {
            directoryError { _ = try house.logIn(email: email, password: "wrong password", at: now) }
        }
        for _ in 0..<DirectoryLimits.freeFailures { #expect(fail() == .wrongLogin) }
        var pauses: [Int64] = []
        for _ in 0..<12 {
            let error = fail()
            #expect(error?.code == .tooManyTries)
            let pause = error?.retryAfterSeconds ?? 0
            pauses.append(pause)
            // Asking during the pause makes it no longer.
            #expect(fail()?.retryAfterSeconds == pause)
            now = now + .seconds(pause)
            #expect(fail() == .wrongLogin)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `the right password has to wait, too, and then ends the pauses`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        for _ in 0..<DirectoryLimits.freeFailures {
            _ = directoryError { _ = try house.logIn(password: "wrong password") }
        }
        #expect(directoryError { _ = try house.logIn() }?.code == .tooManyTries)
        _ = try house.logIn(at: start + .seconds(1))
        for _ in 0..<DirectoryLimits.freeFailures {
            let error = directoryError { _ = try house.logIn(password: "wrong password", at: start + .seconds(2)) }
            #expect(error == .wrongLogin)
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `pauses are forgotten after a day`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        for _ in 0..<DirectoryLimits.freeFailures {
            _ = directoryError { _ = try house.logIn(password: "wrong password") }
        }
        #expect(
            directoryError { _ = try house.logIn(password: "wrong password", at: start + .days(1)) } == .wrongLogin)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `one address that tries many accounts is made to wait, and others are not`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind) {
            $0.limits.failuresPerClient = DirectoryLimits.Rate(4, within: .minutes(15))
        }
        for number in 0..<4 {
            #expect(directoryError { _ = try house.logIn(email: "m\(number)@clinic.example") } != nil)
        }
        let error = directoryError { _ = try house.logIn() }
        #expect(error?.code == .tooManyTries && error?.retryAfterSeconds == 15 * 60)
        _ = try house.logIn(from: ClientAddress("198.51.100.9"))
        _ = try house.logIn(at: start + .minutes(15))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `members who sign in rightly do not use up their address's tries`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind) {
            $0.limits.failuresPerClient = DirectoryLimits.Rate(2, within: .minutes(15))
        }
        for _ in 0..<5 { _ = try house.logIn() }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `wrong passwords that come at once are counted one by one`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let directory = house.directory
        let tried = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 16) { _ in
            if DirectoryHouse.guessPassword(directory) == .wrongLogin { tried.add(1, ordering: .relaxed) }
        }
        #expect(tried.load(ordering: .relaxed) == DirectoryLimits.freeFailures)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `so many wait for their password to be computed, and who comes after them is sent away uncounted`(
        _ kind: DatabaseKind
    )
        throws
    {
        let house = try DirectoryHouse(kind) { $0.passwordCost = PasswordCost(n: 1 << 14, r: 8, p: 1) }
        let directory = house.directory
        let most = DirectoryLimits.passwordsAtOnce + DirectoryLimits.passwordsWaiting
        let counts = Mutex((wrong: 0, away: 0))
        let threads = (0..<most * 3).map { number in
            Thread {
                let error = directoryError {
                    _ = try directory.logIn(
                        email: "m\(number)@clinic.example", password: "wrong password",
                        from: ClientAddress("203.0.113.\(number)"), at: DirectoryHouse.start)
                }
                counts.withLock { counts in
                    if error == .wrongLogin { counts.wrong += 1 }
                    if error == .overloaded { counts.away += 1 }
                }
            }
        }
        for thread in threads { thread.start() }
        while !threads.allSatisfy(\.isFinished) { Thread.sleep(forTimeInterval: 0.01) }
        let (wrong, away) = counts.withLock { $0 }
        #expect(wrong + away == most * 3 && wrong >= most && away > 0)
        #expect(try house.count("attempt") == 3 * wrong)
    }

    @Test func `a password is kept as scrypt of the usual cost, each with a salt of its own`() throws {
        let passwords = try Passwords(.usual, .system)
        let (one, other) = (try passwords.hash("secret word"), try passwords.hash("secret word"))
        #expect(one.cost == PasswordCost(n: 32_768, r: 8, p: 3))
        #expect(one.salt != other.salt && one.hash != other.hash && one.salt.count == 16 && one.hash.count == 32)
        #expect(try passwords.matches("secret word", one))
        #expect(try !passwords.matches("secret work", one))
        #expect(try !passwords.matches("", nil))
        // One that was kept when the cost was another.
        let old = try Passwords(PasswordCost(n: 16, r: 1, p: 1), .system).hash("secret word")
        #expect(try passwords.matches("secret word", old))
    }

    @Test func `scrypt is RFC 7914's`() throws {
        // §12, the third vector: N=1024, r=8, p=16, of which the first 32 of 64 bytes.
        let known = PasswordHash(
            cost: PasswordCost(n: 1024, r: 8, p: 16), salt: Array("NaCl".utf8),
            hash: try #require(Hex.bytes("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162")))
        #expect(try Passwords(.usual, .system).matches("password", known))
    }
}
