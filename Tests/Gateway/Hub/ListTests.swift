import CaseMachine
import CaseStore
import Testing
import Wire

@testable import Gateway

@Suite struct `A list in front of somebody` {
    @Test func `shows what is there, then what changes, then what leaves`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let names = try (0..<3).map { try guest.open(clinic.reception, "Question \($0)").caseID }
            let (anna, ben) = (try clinic.socket(of: clinic.anna), try clinic.socket(of: clinic.ben))
            let dora = try clinic.socket(of: clinic.dora)
            #expect(try anna.watch() == 3 && ben.watch() == 3 && dora.watch() == 0)
            for name in names { #expect(try anna.summary { $0.id == name }.assignee == nil) }
            #expect(try anna.act(names[1], .claim).isAccepted)
            #expect(try ben.summary { $0.id == names[1] && $0.assignee != nil }.assignee?.name == "Anna")
            // A member who handles a case of another team has it in their list, too.
            let first = try #require(clinic.directory.roster[clinic.dora]).publicID.text
            #expect(try anna.act(names[1], .transfer(.member(first))).isAccepted)
            #expect(try dora.summary { $0.id == names[1] }.assignee?.name == "Dora")

            #expect(try guest.act(names[0], .closeChat).isAccepted)
            #expect(try ben.summary { $0.id == names[0] && $0.phase == .closed }.closeReason == .byGuest)
            #expect(try ben.gone() == names[0])
            #expect(try guest.watch() == 3)
            #expect(try guest.summary { $0.id == names[0] }.phase == .closed)
            let query = ClosedQuery(team: clinic.reception.publicID.text, after: nil, limit: 10)
            guard case .success(.closed(let page)) = try ben.ask(.closed(query)) else {
                return #expect(Bool(false), "no page")
            }
            #expect(page.cases.map(\.id) == [names[0]] && page.next == nil)
        }
    }

    @Test func `says when something was written last, which reading does not change`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let name = try guest.open(clinic.reception, "Question").caseID
            let anna = try clinic.socket(of: clinic.anna)
            #expect(try anna.watch() == 1 && guest.watch() == 1)
            let before = try (anna.summary { $0.id == name }, guest.summary { $0.id == name })
            // Whatever is done from here on is done later.
            while SystemClock.now().wall.milliseconds <= before.0.lastEventAt {}
            #expect(try anna.ask(.seen(ReadMark(caseID: name, upTo: before.0.head))).isAccepted)
            let seen = try (anna.summary { $0.cursors.team.seen > 0 }, guest.summary { $0.cursors.team.seen > 0 })
            #expect(seen.0.lastEventAt == before.0.lastEventAt && seen.1.lastEventAt == before.1.lastEventAt)
            // A note is news for the team alone.
            #expect(try anna.act(name, .note(text: "Between us")).isAccepted)
            #expect(try anna.summary { $0.head > before.0.head }.lastEventAt > before.0.lastEventAt)
            #expect(try guest.act(name, .send(text: "Hello?", voice: .own)).isAccepted)
            #expect(try guest.summary { $0.head > before.1.head }.lastEventAt > before.1.lastEventAt)
        }
    }

    @Test func `pages closed cases, the newest first`() async throws {
        var limits = HubLimits()
        limits.commandsAtOnce = 1000
        try await withClinic(limits: limits) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let names = try (0..<7).map { number in
                let name = try guest.open(clinic.reception, "Question \(number)").caseID
                #expect(try guest.act(name, .closeChat).isAccepted)
                return name
            }
            let anna = try clinic.socket(of: clinic.anna)
            var (found, next) = ([String](), String?.none)
            repeat {
                let query = ClosedQuery(team: clinic.reception.publicID.text, after: next, limit: 3)
                guard case .success(.closed(let page)) = try anna.ask(.closed(query)) else {
                    return #expect(Bool(false), "no page")
                }
                #expect(page.cases.count <= 3)
                found += page.cases.map(\.id)
                next = page.next
            } while next != nil
            #expect(found == names.reversed())

            // What cannot be read ends no list.
            let poisoned = try names[1...5].map { try clinic.number(of: $0) }
            clinic.faulty.set { $0.poisoned = Set(poisoned) }
            func page(_ after: String?, _ limit: Int64) throws -> ClosedPage? {
                let query = ClosedQuery(team: clinic.reception.publicID.text, after: after, limit: limit)
                guard case .success(.closed(let page)) = try anna.ask(.closed(query)) else { return nil }
                return page
            }
            #expect(try page(nil, 3)?.cases.map(\.id) == [names[6], names[0]])
            #expect(try page(nil, 1)?.next == names[6])
            #expect(try page(names[6], 1)?.cases.map(\.id) == [names[0]])
            let newest = try clinic.number(of: names[6])
            clinic.faulty.set { $0.failingLoads = [newest: 1] }
            #expect(try page(nil, 3) == nil)
        }
    }

    // covers: B9
    @Test func `tells a guest nothing that only members may know`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let anna = try clinic.socket(of: clinic.anna)
            #expect(try guest.watch() == 0 && anna.watch() == 0)
            let name = try guest.open(clinic.reception).caseID
            #expect(try anna.act(name, .claim).isAccepted)
            let claimed = try guest.summary { $0.id == name && $0.assignee != nil }
            // Notes, and being put aside, are the team's.
            for text in ["one", "two", "three"] { #expect(try anna.act(name, .note(text: text)).isAccepted) }
            let later = SystemClock.now().wall.milliseconds + 3_600_000
            #expect(try anna.act(name, .snooze(until: later)).isAccepted)
            let snoozed = try anna.summary { $0.id == name && $0.phase == .snoozed }
            #expect(snoozed.snoozedUntil == later)
            #expect(try guest.ask(.ping).isAccepted)
            let told = guest.pushes.contains { push in
                if case .summary(let summary) = push { summary.version > claimed.version } else { false }
            }
            #expect(!told)

            let number = try guest.send("Hello?", to: name)
            let shown = try guest.summary { $0.id == name && $0.head == number }
            #expect(shown.phase == .active && shown.snoozedUntil == nil && shown.alerts == 0)
            #expect(shown.unansweredSince == nil && shown.participants == [] && shown.closesAt == nil)
            // Cursors come in the guest's own numbers.
            try anna.subscribe(name)
            let head = try anna.caughtUp(name)
            #expect(head > number)
            #expect(try anna.ask(.seen(ReadMark(caseID: name, upTo: head))).isAccepted)
            let seen = try guest.summary { $0.id == name && $0.cursors.team.seen >= number }
            #expect(seen.cursors.team == Cursor(delivered: number, seen: number))
            #expect(try guest.ask(.delivered(ReadMark(caseID: name, upTo: number))).isAccepted)
            #expect(
                try anna.summary { $0.id == name && $0.cursors.guest.delivered > 0 }.cursors.guest.delivered == number)
        }
    }

    @Test func `says who a case is about to members, and writes down who looked`() async throws {
        try await withClinic { clinic in
            let signIn = try clinic.guest("Maria")
            let guest = try clinic.socket(signIn.session)
            let category = try #require(clinic.laboratory.categories.first).publicID.text
            let field = try #require(clinic.laboratory.fields.first)
            guard
                case .success(.head(let opened)) = try guest.ask(
                    .open(
                        OpenCommand(key: .random(), team: clinic.laboratory.publicID.text, topic: .category(category))))
            else { return #expect(Bool(false), "not opened") }
            #expect(try guest.watch() == 1)
            let intake = try guest.summary { $0.id == opened.caseID }
            #expect(intake.phase == .intake && intake.missing == [field.publicID.text])
            #expect(intake.category?.name == "Report" && intake.subject.isEmpty)
            #expect(try guest.act(opened.caseID, .send(text: "Hello", voice: .own)).code == "not_now")
            let blank = FieldEntry(field: field.publicID.text, value: " ")
            guard case .failure(let error) = try guest.act(opened.caseID, .identify([blank])) else {
                return #expect(Bool(false), "taken")
            }
            #expect(error.code == "identifiers_missing" && error.detail == .fields([field.publicID.text]))
            let entry = FieldEntry(field: field.publicID.text, value: "AB-7")
            #expect(try guest.act(opened.caseID, .identify([entry])).isAccepted)
            let other = try guest.open(clinic.reception).caseID

            let dora = try clinic.socket(of: clinic.dora)
            guard case .success(.guest(let panel)) = try dora.ask(.guest(caseID: opened.caseID)) else {
                return #expect(Bool(false), "no panel")
            }
            #expect(panel.guest.firstName == "Maria")
            #expect(panel.contact == Wire.Contact(kind: .email, value: "maria@example.com"))
            #expect(
                panel.identifiers == [
                    IdentifierAnswer(field: field.publicID.text, label: "Provider number", value: "AB-7")
                ])
            // The reception's case is not the laboratory's to see.
            #expect(panel.cases == [] && !other.isEmpty)
        }
    }

    @Test func `of many cases comes in portions`() async throws {
        var limits = HubLimits()
        limits.commandsAtOnce = 10_000
        limits.listPage = 10
        limits.pauseBytes = 4 << 10
        limits.guestCases = 60
        try await withClinic(limits: limits) { clinic in
            let session = try clinic.guest("Maria").session
            let guest = try clinic.socket(session)
            let names = try (0..<75).map { try guest.open(clinic.reception, "Question \($0)").caseID }
            let anna = try clinic.socket(of: clinic.anna, receiveBytes: 4096)
            #expect(try anna.watch() == 75)
            for name in names { #expect(try anna.summary { $0.id == name }.id == name) }
            let again = try clinic.socket(session)
            #expect(try again.watch() == 60)
            #expect(try again.summary { $0.id == names[74] }.subject == "Question 74")
        }
    }
}
