import CaseMachine
import Testing
import Wire

@testable import CaseStore
@testable import Gateway

/// Monday, 5 January 2026, 00:00 UTC.
private let monday = Timestamp(milliseconds: 1_767_571_200_000)

private func team(_ spans: [OpeningHours.Span] = []) -> Team {
    var policy = Policy()
    policy.hours = OpeningHours(spans)
    return Team(
        id: TeamID(1), publicID: PublicID(1), organisation: OrganisationID(1),
        settings: TeamSettings(name: "Team", timeZone: "Europe/London"), categories: [], fields: [], policy: policy)
}

private func log(_ facts: [(Int64, Author, Fact)]) -> [StoredEvent] {
    facts.enumerated().map { index, entry in
        let number = Int64(index + 1)
        return StoredEvent(
            numbers: Numbers(forTeam: number, forGuest: number),
            event: CaseEvent(at: monday + .minutes(entry.0), author: entry.1, fact: entry.2), isDeleted: false)
    }
}

private let guest = Author.guest(GuestID(1))
private let member = Author.member(MemberID(1))

private func opened(missing: [FieldID] = []) -> Fact {
    .opened(
        Opening(
            organisation: OrganisationID(1), team: TeamID(1), party: .support(GuestID(1)), category: nil, subject: "",
            missing: missing))
}

@Suite struct WaitBoardTests {
    // covers: S0.10
    @Test func `a guest has waited from the queue to the first member`() {
        let hello = Fact.messageSent(Message(text: "Hello"))
        let rows: [([(Int64, Author, Fact)], Int?)] = [
            ([(600, guest, opened()), (607, member, .claimed), (609, member, hello)], 7),
            ([(600, guest, opened()), (603, guest, hello), (612, member, hello)], 12),
            (
                [(600, guest, opened(missing: [FieldID(1)])), (630, guest, .intakeCompleted), (635, member, .claimed)],
                5
            ),
            ([(600, guest, opened()), (603, guest, hello)], nil),
            ([(600, guest, opened(missing: [FieldID(1)]))], nil),
        ]
        for (facts, wait) in rows { #expect(WaitBoard.wait(in: log(facts), team()) == wait) }
    }

    @Test func `while the team is away nobody waits`() {
        let office = (0..<5).map { OpeningHours.Span(from: $0 * 1440 + 540, until: $0 * 1440 + 1020) }
        // Monday 16:50 to Tuesday 09:03.
        let facts: [(Int64, Author, Fact)] = [(1010, guest, opened()), (1440 + 543, member, .claimed)]
        #expect(WaitBoard.wait(in: log(facts), team(office)) == 13)
    }

    @Test func `a team is measured once in a while, each in its turn`() {
        let board = WaitBoard()
        let teams = [TeamID(1), TeamID(2)]
        #expect(board.next(of: teams, now: .seconds(1)) == TeamID(1))
        #expect(board.next(of: teams, now: .seconds(2)) == TeamID(2))
        #expect(board.next(of: teams, now: .seconds(3)) == nil)
        #expect(board.next(of: teams, now: .seconds(301)) == TeamID(1))
    }

    @Test func `names of cases begin with the moment at which they were opened`() {
        #expect(CaseID.first(at: monday) < CaseID.first(at: monday + .milliseconds(1)))
        #expect(CaseID.first(at: Timestamp(milliseconds: -5)).value == 0)
    }

    // covers: S0.10
    @Test func `the median of a team's recent cases is told, once there are enough of them`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let anna = try clinic.socket(of: clinic.anna)
            let board = WaitBoard()
            func measure(_ now: Timestamp) throws -> Int? {
                try board.measure(clinic.reception, clinic.store, now: now, at: .zero)
                return board[clinic.reception.id]
            }
            let start = SystemClock.now().wall
            for number in 1...WaitBoard.fewest {
                #expect(try measure(start + .minutes(1)) == nil)
                let opened = try guest.open(clinic.reception)
                // One that nobody answers tells nothing.
                if number == 1 { _ = try guest.open(clinic.reception) }
                #expect(try anna.act(opened.caseID, .claim).isAccepted)
            }
            #expect(try measure(start + .minutes(1)) == 1)
            #expect(try measure(start + .days(6)) == 1)
            #expect(try measure(start + .days(8)) == nil)
        }
    }
}

/// What follows for those who are here.
@Suite struct `Settings that change under open sockets` {
    // covers: S2.6
    @Test func `who leaves the team gives its cases back, whichever node they are at`() async throws {
        try await withClinic(nodes: 2) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session, at: 0)
            let anna = try clinic.socket(of: clinic.anna, at: 1)
            let opened = try guest.open(clinic.reception)
            #expect(try anna.act(opened.caseID, .claim).isAccepted)
            try guest.subscribe(opened.caseID)
            try clinic.directory.removeMember(clinic.anna, from: clinic.reception.id, at: SystemClock.now().wall)
            clinic.node(0).house.rosterChanged()
            #expect(try anna.waitForEnd().code == 4103)
            while try guest.event(opened.caseID).event != .released {}
        }
    }
}
