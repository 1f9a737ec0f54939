import CaseMachine
import Testing

@testable import CaseStore

/// Whoever fails at a member's account from elsewhere must not keep the member out of it.
@Suite struct LockOutTests {
    private let start = DirectoryHouse.start
    private let stranger = ClientAddress("198.51.100.66")

    private func fail(
        _ times: Int, _ house: DirectoryHouse, from client: ClientAddress, mark: String? = nil, at now: Timestamp
    ) {
        for _ in 0..<times {
            _ = directoryError {
                _ = try house.logIn(password: "wrong password", from: client, mark: mark, at: now)
            }
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `wrong passwords from one address pause no other address`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        fail(DirectoryLimits.freeFailures, house, from: stranger, at: start)
        #expect(directoryError { _ = try house.logIn(from: stranger) }?.code == .tooManyTries)
        _ = try house.logIn()
        // Nor does the member's own success give the stranger new tries.
        #expect(directoryError { _ = try house.logIn(from: stranger) }?.code == .tooManyTries)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a browser that has signed in before is paused by nobody else, not even behind its own address`(
        _ kind: DatabaseKind
    ) throws {
        let house = try DirectoryHouse(kind)
        let mark = try house.logIn().mark
        fail(DirectoryLimits.freeFailures, house, from: DirectoryHouse.client, at: start)
        #expect(directoryError { _ = try house.logIn() }?.code == .tooManyTries)
        #expect(try house.logIn(mark: mark).mark == mark)
        #expect(directoryError { _ = try house.logIn() }?.code == .tooManyTries)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a known browser's own wrong passwords pause it, wherever it is`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let mark = try house.logIn().mark
        fail(DirectoryLimits.freeFailures, house, from: DirectoryHouse.client, mark: mark, at: start)
        #expect(directoryError { _ = try house.logIn(from: stranger, mark: mark) }?.code == .tooManyTries)
        _ = try house.logIn(from: stranger, mark: mark, at: start + .seconds(1))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `many addresses together have so many tries a day, and the member comes in all the same`(_ kind: DatabaseKind)
        throws
    {
        let house = try DirectoryHouse(kind) {
            $0.limits.failuresPerAccount = DirectoryLimits.Rate(20, within: .days(1))
        }
        let mark = try house.logIn().mark
        for number in 0..<20 {
            fail(1, house, from: ClientAddress("198.51.100.\(number)"), at: start)
        }
        let error = directoryError { _ = try house.logIn(from: stranger) }
        #expect(error?.code == .tooManyTries && error?.retryAfterSeconds == 86_400)
        _ = try house.logIn(from: stranger, mark: mark)
        _ = try house.logIn(from: stranger, at: start + .days(1))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `one address that has used up its tries keeps no known browser out`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind) {
            $0.limits.failuresPerClient = DirectoryLimits.Rate(4, within: .minutes(15))
        }
        let mark = try house.logIn().mark
        for number in 0..<4 {
            _ = directoryError { _ = try house.logIn(email: "m\(number)@clinic.example") }
        }
        #expect(directoryError { _ = try house.logIn() }?.code == .tooManyTries)
        _ = try house.logIn(mark: mark)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a mark is good for its own account only, and nobody makes one`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        _ = try house.directory.createMember(
            name: "Ben", email: "ben@clinic.example", password: "quite another one", in: house.clinic.id, at: start)
        let bens = try house.logIn(email: "ben@clinic.example", password: "quite another one").mark
        let own = try house.logIn().mark
        let first = own.first == "0" ? "1" : "0"
        fail(DirectoryLimits.freeFailures, house, from: DirectoryHouse.client, at: start)
        for mark in [bens, first + own.dropFirst(), own + "00", String(own.dropLast(2)), "", "é"] {
            #expect(directoryError { _ = try house.logIn(mark: mark) }?.code == .tooManyTries)
        }
        _ = try house.logIn(mark: own)
    }
}
