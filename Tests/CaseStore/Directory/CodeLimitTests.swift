import CaseMachine
import Foundation
import Testing

@testable import CaseStore

/// How often codes are sent and tried. Each limit holds in any stretch of its length.
@Suite struct CodeLimitTests {
    private let start = DirectoryHouse.start

    private func client(_ number: Int) -> ClientAddress { ClientAddress("203.0.113.\(number)") }

    @Test(arguments: DatabaseKind.allCases)
    func `a contact gets twenty codes a day, whoever asks and wherever`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        for number in 0..<DirectoryLimits.codesPerContact.count {
            let team = number.isMultiple(of: 2) ? house.desk : house.otherDesk
            let form = house.form(first: "Maria\(number)", team: team)
            _ = try house.send(form, from: client(number), at: start + .minutes(Int64(number)))
        }
        let later = start + .hours(12)
        let error = directoryError { _ = try house.send(house.form(), from: client(99), at: later) }
        #expect(error?.code == .tooManyCodes && error?.retryAfterSeconds == 12 * 3600)
        _ = try house.send(house.form(phone: "+44 7700 900124"), at: later)
        _ = try house.send(house.form(), at: start + .days(1))
        // The second of them leaves a minute later.
        let next = directoryError { _ = try house.send(house.form(), at: start + .days(1) + .seconds(30)) }
        #expect(next?.code == .tooManyCodes && next?.retryAfterSeconds == 30)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a contact bears twenty wrong tries a day, over all its codes`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let limit = DirectoryLimits.wrongTriesPerContact.count
        var sent = try house.send(house.form())
        for number in 0..<limit {
            let now = start + .minutes(Int64(number))
            if number.isMultiple(of: DirectoryLimits.triesPerCode - 1) {
                sent = try house.send(house.form(), at: now + .seconds(30))
            }
            let error = directoryError {
                _ = try house.verify(sent, code: sent.wrongCode, from: client(number), at: now + .seconds(30))
            }
            #expect(error?.code == .badCode)
            if number == limit - 1 { #expect(error?.triesLeft == 0) }
        }
        let now = start + .minutes(Int64(limit)) + .seconds(1)
        #expect(directoryError { _ = try house.verify(sent, from: client(98), at: now) }?.code == .codeExpired)
        let error = directoryError { _ = try house.send(house.form(), at: now) }
        #expect(error?.code == .tooManyCodes)
        _ = try house.signIn(house.form(), at: start + .days(1) + .minutes(1))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `one address has so many codes sent, then waits, and others do not`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind) { $0.limits.codesPerClient = DirectoryLimits.Rate(3, within: .hours(1)) }
        for number in 0..<3 { _ = try house.send(house.form(phone: "+44 7700 90010\(number)")) }
        let error = directoryError {
            _ = try house.send(house.form(phone: "+44 7700 900109"), at: start + .minutes(59))
        }
        #expect(error?.code == .tooManyCodes && error?.retryAfterSeconds == 60)
        _ = try house.send(house.form(phone: "+44 7700 900109"), from: client(9), at: start + .minutes(59))
        _ = try house.send(house.form(phone: "+44 7700 900108"), at: start + .hours(1))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `the house sends so many codes, whoever asks`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind) { $0.limits.codesPerHouse = DirectoryLimits.Rate(3, within: .hours(1)) }
        for number in 0..<3 { _ = try house.send(house.form(phone: "+44 7700 90010\(number)"), from: client(number)) }
        let form = house.form(phone: "+44 7700 900109", team: house.otherDesk)
        let error = directoryError { _ = try house.send(form, from: client(9), at: start + .minutes(1)) }
        #expect(error?.code == .tooManyCodes && error?.retryAfterSeconds == 59 * 60)
        _ = try house.send(form, from: client(9), at: start + .hours(1))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a refused request counts for nothing and leaves the older code as it is`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let sent = try house.send(house.form())
        let before = try house.count("attempt")
        for _ in 0..<3 { #expect(directoryError { _ = try house.send(house.form(challenge: sent.challenge)) } != nil) }
        #expect(try house.count("attempt") == before)
        _ = try house.verify(sent)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `one address that guesses codes is made to wait`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind) {
            $0.limits.failuresPerClient = DirectoryLimits.Rate(3, within: .minutes(15))
        }
        let sent = try house.send(house.form())
        for _ in 0..<3 {
            #expect(directoryError { _ = try house.verify(sent, code: sent.wrongCode) }?.code == .badCode)
        }
        let error = directoryError { _ = try house.verify(sent) }
        #expect(error?.code == .tooManyTries && error?.retryAfterSeconds == 15 * 60)
        _ = try house.verify(sent, from: client(9))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `limits hold over a restart`(_ kind: DatabaseKind) throws {
        let house = try VaultHouse(kind)
        let sent: SentCode
        do {
            let first = try DirectoryHouse(in: house)
            sent = try first.send(first.form())
            #expect(directoryError { _ = try first.verify(sent, code: sent.wrongCode) }?.triesLeft == 4)
        }
        let second = try DirectoryHouse(in: house, seed: 2)
        #expect(directoryError { _ = try second.send(second.form(), at: start + .seconds(1)) }?.code == .tooSoon)
        #expect(directoryError { _ = try second.verify(sent, code: sent.wrongCode) }?.triesLeft == 3)
        let guest = try second.verify(sent).guest
        #expect(guest.lastName == "Jansen")
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a clock that was set back makes nobody wait longer than the limit's own time`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        _ = try house.send(house.form(), at: start + .days(30))
        let error = directoryError { _ = try house.send(house.form(), at: start) }
        #expect(error?.code == .tooSoon && error?.retryAfterSeconds == 30)
    }

    private static let addresses: [(String, String, isOne: Bool)] = [
        ("203.0.113.7", "::ffff:203.0.113.7", true), ("203.0.113.7", "203.0.113.8", false),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("nonsense", "nonsense", true), ("nonsense", "203.0.113.7", false),
    ]

    @Test(arguments: addresses)
    func `an address is counted as its network`(_ one: String, _ other: String, _ isOne: Bool) {
        #expect((ClientAddress(one) == ClientAddress(other)) == isOne)
    }

    @Test(arguments: [
        ("+447700900123", "+44 •••• 123"), ("+12025550123", "+1 •••• 123"), ("+79161234567", "+7 •••• 567"),
        ("+358401234567", "+358 •••• 567"), ("+4915112345678", "+49 •••• 678"), ("+61412345678", "+61 •••• 678"),
    ])
    func `a number is shown by its country and its end`(_ number: String, _ masked: String) throws {
        #expect(Contact.phone(try PhoneNumber(number)).masked == masked)
    }

    @Test func `an address is shown by its first letter and its domain`() throws {
        #expect(Contact.email(try EmailAddress(" Maria@example.com")).masked == "M••••@example.com")
    }
}
