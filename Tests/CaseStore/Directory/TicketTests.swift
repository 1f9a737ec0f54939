import CaseMachine
import Foundation
import Synchronization
import Testing

@testable import CaseStore

@Suite struct TicketTests {
    private let start = DirectoryHouse.start

    @Test(arguments: DatabaseKind.allCases)
    func `a ticket is its session's, once, for half a minute`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let session = try house.signIn().session
        let directory = house.directory
        let tickets = try (0..<3).map { _ in try directory.ticket(for: session, at: start).text }
        #expect(Set(tickets).count == 3)
        #expect(try directory.redeem(ticket: tickets[0], at: start + .milliseconds(29_999)) == session)
        for (ticket, now) in [(tickets[0], start), (tickets[1], start + .seconds(30)), (tickets[1], start)] {
            #expect(directoryError { _ = try directory.redeem(ticket: ticket, at: now) }?.code == .badTicket)
        }
        for stranger in ["", "ticket", String(repeating: "0", count: 64), tickets[2].uppercased()] {
            #expect(directoryError { _ = try directory.redeem(ticket: stranger, at: start) }?.code == .badTicket)
        }
        #expect(try directory.redeem(ticket: tickets[2], at: start) == session)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a ticket of a session that was ended lets nobody in`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let signIn = try house.logIn()
        let ticket = try house.directory.ticket(for: signIn.session, at: start)
        try house.directory.logOut(signIn.token.text, of: .member, at: start)
        #expect(directoryError { _ = try house.directory.redeem(ticket: ticket.text, at: start) }?.code == .signIn)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `coming back by itself prolongs no session`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let session = try house.logIn().session
        let later = start + .minutes(20)
        let ticket = try house.directory.ticket(for: session, at: later)
        #expect(try house.directory.redeem(ticket: ticket.text, at: later).idleAt == session.idleAt)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `of many who show a ticket at once, one comes in`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let session = try house.signIn().session
        let directory = house.directory
        for _ in 0..<50 {
            let ticket = try directory.ticket(for: session, at: start).text
            let won = Atomic<Int>(0)
            DispatchQueue.concurrentPerform(iterations: 4) { _ in
                if (try? directory.redeem(ticket: ticket, at: DirectoryHouse.start)) != nil {
                    won.add(1, ordering: .relaxed)
                }
            }
            #expect(won.load(ordering: .relaxed) == 1)
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a session holds so many tickets, and gets more when they were used or have expired`(_ kind: DatabaseKind)
        throws
    {
        let house = try DirectoryHouse(kind)
        let session = try house.signIn().session
        let directory = house.directory
        let tickets = try (0..<DirectoryLimits.ticketsPerSession).map { _ in
            try directory.ticket(for: session, at: start).text
        }
        let error = directoryError { _ = try directory.ticket(for: session, at: start) }
        #expect(error?.code == .overloaded && error?.retryAfterSeconds == 1)
        _ = try directory.redeem(ticket: tickets[5], at: start)
        _ = try directory.ticket(for: session, at: start)
        #expect(directoryError { _ = try directory.ticket(for: session, at: start) } != nil)
        _ = try directory.ticket(for: session, at: start + DirectoryLimits.ticketLifetime)
        switch kind {
        case .sqlite: #expect((directory.tickets as? TicketBox)?.count == 1)
        case .postgres:
            while try directory.tidy(at: start + DirectoryLimits.ticketLifetime) > 0 {}
            #expect(try house.count("ticket") == 1)
        }
    }

    @Test func `the house holds so many tickets, also of those that were used`() {
        let box = TicketBox()
        func hash(_ number: Int) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
        func add(_ number: Int, at now: Timestamp) -> [Bool] {
            box.add([NewTicket(hash: hash(number), session: SessionID(Int64(number)))], at: now)
        }
        for number in 0..<DirectoryLimits.tickets { #expect(add(number, at: start) == [true]) }
        #expect(box.redeem([hash(7)], at: start) == [SessionID(7)])
        #expect(add(-1, at: start) == [false])
        #expect(add(-1, at: start + .seconds(30)) == [true])
        #expect(box.count == 1)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `in one lot everybody gets their own answer`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let directory = house.directory
        let guests = try ["Ann", "Ben", "Cleo"].enumerated().map { index, name in
            try house.signIn(house.form(first: name), at: start + .minutes(Int64(index)))
        }
        let now = start + .minutes(5)
        try directory.logOut(guests[1].token.text, of: .guest, at: now)
        let shown: [(token: String, kind: Session.Kind)] = [
            (guests[2].token.text, .guest), (guests[1].token.text, .guest), ("nobody", .guest),
            (try directory.stamped(guests[0].token), .guest), (guests[0].token.text, .member),
        ]
        let given = directory.tickets(for: shown, at: now)
        #expect(given.map { $0.failure?.code } == [nil, .signIn, .signIn, nil, .signIn])
        let (cleo, ann) = (try given[0].get().text, try given[3].get().text)
        let come = directory.redeem(tickets: [ann, "", cleo, ann], at: now)
        #expect(come.map { $0.failure?.code } == [nil, .badTicket, nil, .badTicket])
        #expect(try come[0].get().id == guests[0].session.id && come[2].get().id == guests[2].session.id)
        #expect(try directory.tickets(for: [Session](), at: now).isEmpty)
        #expect(directory.redeem(tickets: [], at: now).isEmpty)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a clock that is set back lets no ticket live longer`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let session = try house.signIn().session
        let ticket = try house.directory.ticket(for: session, at: start + .hours(1))
        #expect(directoryError { _ = try house.directory.redeem(ticket: ticket.text, at: start) }?.code == .badTicket)
    }
    @Test(arguments: DatabaseKind.allCases)
    func `a clock that is corrected by seconds turns no ticket away`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let session = try house.signIn().session
        let moment = start + .hours(1)
        let (near, far) = (
            try house.directory.ticket(for: session, at: moment), try house.directory.ticket(for: session, at: moment)
        )
        let earlier = moment - DirectoryLimits.clocksApart
        #expect(try house.directory.redeem(ticket: near.text, at: earlier).id == session.id)
        #expect(
            directoryError { _ = try house.directory.redeem(ticket: far.text, at: earlier - .milliseconds(1)) }?.code
                == .badTicket)
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
