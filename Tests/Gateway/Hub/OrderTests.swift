import CaseMachine
import CaseStore
import Testing
import Wire

@testable import Gateway

@Suite struct `Commands of one case` {
    // covers: B1
    @Test func `are carried out in their order, also while its name is looked for`() async throws {
        var limits = HubLimits()
        // The loops forget the first case when others go by.
        limits.knownNames = 2
        try await withClinic(limits: limits) { clinic in
            let maria = try clinic.socket(try clinic.guest("Maria").session)
            let gero = try clinic.socket(try clinic.guest("Gero").session)
            let name = try maria.open(clinic.reception).caseID
            for number in 0..<3 { _ = try gero.open(clinic.reception, "Question \(number)") }
            func say(_ text: String) throws -> Int64 {
                try maria.say(
                    .onCase(
                        Wire.CaseCommand(caseID: name, key: .random(), action: .send(text: text, voice: .own))))
            }
            clinic.faulty.set { $0.held = [.byName] }
            let first = try say("first")
            try wait(for: "the look") { clinic.faulty.waiting > 0 }
            // Shown in a list, the case is known from now on.
            #expect(try maria.watch() == 1)
            let second = try say("second")
            #expect(try maria.ask(.ping).isAccepted)
            clinic.faulty.set { $0.held = [] }
            for id in [first, second] { #expect(try maria.answer(to: id).isAccepted) }
            try maria.subscribe(name)
            #expect(try maria.events(name, upTo: 3).compactMap(\.text) == ["first", "second"])
        }
    }
}
