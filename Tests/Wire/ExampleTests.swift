import Testing
import Wire

@Suite struct ExampleTests {
    @Test(arguments: Example.ofClients)
    func `a command is read and written as the example says`(_ example: Example) throws {
        let message = try ClientMessage(json: example.bytes)
        #expect(message.command.type.rawValue == example.type)
        #expect(try canonical(message.json) == canonical(example.bytes))
        #expect(try ClientMessage(json: message.json) == message)
        #expect(try example.bytes.withUnsafeBytes { try ClientMessage(json: $0) } == message)
    }

    @Test(arguments: Example.ofServers)
    func `what the server says is read and written as the example says`(_ example: Example) throws {
        let message = try ServerMessage(json: example.bytes)
        #expect(place(of: message) == "\(example.kind)/\(example.type)")
        #expect(try canonical(message.json) == canonical(example.bytes))
        #expect(try ServerMessage(json: message.json) == message)
    }

    @Test func `every message has an example, and every example a message`() {
        var types = Set(CommandType.allCases.map { "command/\($0.rawValue)" })
        types.formUnion(AnswerType.allCases.map { "answer/\($0.rawValue)" })
        types.insert("answer/error")
        types.formUnion(PushType.allCases.filter { $0 != .event }.map { "push/\($0.rawValue)" })
        types.formUnion(EventType.allCases.map { "event/\($0.rawValue)" })
        #expect(types == Set(Example.all.map { "\($0.kind)/\($0.type)" }))
    }

    private func place(of message: ServerMessage) -> String {
        switch message {
        case .answer(_, let answer): "answer/\(answer.type.rawValue)"
        case .error: "answer/error"
        case .summary: "push/summary"
        case .gone: "push/gone"
        case .event(let push): "event/\(push.event.type.rawValue)"
        case .caughtUp: "push/caughtUp"
        case .afresh: "push/afresh"
        case .presence: "push/presence"
        case .typing: "push/typing"
        case .notice: "push/notice"
        case .file: "push/file"
        case .settings: "push/settings"
        }
    }
}
