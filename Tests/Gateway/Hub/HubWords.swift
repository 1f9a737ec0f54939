import CaseMachine
import CaseStore
import Testing
import Wire

/// How tests say what they want.
extension HubClient {
    func open(_ team: Team, _ subject: String = "Missing report", key: UInt128 = .random()) throws -> CaseHead {
        try head(try ask(.open(OpenCommand(key: key, team: team.publicID.text, topic: .subject(subject)))))
    }

    func act(
        _ name: String, _ action: CaseAction, key: UInt128 = .random()
    ) throws -> Result<Answer, WireError> {
        try ask(.onCase(Wire.CaseCommand(caseID: name, key: key, action: action)))
    }

    @discardableResult
    func send(_ text: String, to name: String, key: UInt128 = .random()) throws -> Int64 {
        try head(try act(name, .send(text: text, voice: .own), key: key)).seq
    }

    /// After it, events follow from the next number on.
    func subscribe(_ name: String, after: Int64 = 0) throws {
        let answer = try ask(.subscribe(Subscription(caseID: name, after: after, generation: nil)))
        #expect(answer == .success(.done))
    }

    func caughtUp(_ name: String) throws -> Int64 {
        try push { message in
            if case .caughtUp(let push) = message, push.caseID == name { push.seq } else { nil }
        }
    }

    func event(_ name: String) throws -> EventPush {
        try push { message in
            if case .event(let push) = message, push.caseID == name { push } else { nil }
        }
    }

    /// Up to and with this number.
    func events(_ name: String, upTo number: Int64) throws -> [EventPush] {
        var events: [EventPush] = []
        repeat { events.append(try event(name)) } while events.last.map { $0.seq < number } == true
        return events
    }

    func summary(where fits: (CaseSummary) -> Bool = { _ in true }) throws -> CaseSummary {
        try push { message in
            if case .summary(let summary) = message, fits(summary) { summary } else { nil }
        }
    }

    func gone() throws -> String {
        try push { message in if case .gone(let name) = message { name } else { nil } }
    }

    func watch() throws -> Int64? {
        guard case .success(.watched(let count)) = try ask(.watch) else { return nil }
        return count
    }

    private func head(_ answer: Result<Answer, WireError>) throws -> CaseHead {
        switch answer {
        case .success(.head(let head)): return head
        case .success, .failure:
            Issue.record("not a head: \(answer)")
            throw Ended()
        }
    }
}

extension Result where Success == Answer, Failure == WireError {
    var code: String? {
        if case .failure(let error) = self { error.code } else { nil }
    }

    var isAccepted: Bool {
        if case .success = self { true } else { false }
    }
}

extension UInt128 {
    static func random() -> UInt128 { .random(in: .min ... .max) }
}

extension EventPush {
    var text: String? {
        switch event {
        case .message(.written(let text), voice: _, _), .note(.written(let text), _), .automatic(let text),
            .edited(_, let text):
            text
        default: nil
        }
    }
}
