import CaseMachine
import CaseStore
import Testing
import Wire

@testable import Gateway

@Suite struct `The desk of sockets` {
    @Test func `a guest opens a case, a member claims it, and both read what is said`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let anna = try clinic.socket(of: clinic.anna)
            #expect(try anna.watch() == 0)

            let opened = try guest.open(clinic.reception)
            let shown = try anna.summary { $0.phase == .waiting }
            #expect(shown.id == opened.caseID && shown.subject == "Missing report")
            #expect(shown.guest?.firstName == "Maria" && shown.assignee == nil)

            try guest.subscribe(opened.caseID)
            #expect(try guest.events(opened.caseID, upTo: opened.seq).map(\.seq) == Array(1...opened.seq))
            #expect(try guest.caughtUp(opened.caseID) == opened.seq)
            try anna.subscribe(opened.caseID)
            #expect(try anna.caughtUp(opened.caseID) == opened.seq)

            let asked = try guest.send("Where is it?", to: opened.caseID)
            #expect(try guest.event(opened.caseID).text == "Where is it?")
            #expect(try anna.events(opened.caseID, upTo: asked).last?.text == "Where is it?")

            #expect(try anna.act(opened.caseID, .claim).isAccepted)
            #expect(
                try guest.event(opened.caseID).author
                    == .member(
                        PersonName(id: try #require(clinic.directory.roster[clinic.anna]).publicID.text, name: "Anna")))
            let answered = try anna.send("On its way.", to: opened.caseID)
            #expect(try guest.events(opened.caseID, upTo: answered).last?.text == "On its way.")
        }
    }
}
