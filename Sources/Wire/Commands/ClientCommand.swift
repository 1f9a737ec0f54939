/// Everything that a client can ask for. What concerns one case and has a key is a `CaseCommand`.
package enum ClientCommand: Hashable, Sendable {
    case authenticate(Authenticate)
    case ping
    case watch
    case closed(ClosedQuery)
    case subscribe(Subscription)
    case unsubscribe(caseID: String)
    /// Who a case is about.
    case guest(caseID: String)
    case presence(SocketUse)
    case typing(TypingNotice)
    case seen(ReadMark)
    case delivered(ReadMark)
    case open(OpenCommand)
    case onCase(CaseCommand)
}

extension ClientCommand {
    package var type: CommandType {
        switch self {
        case .authenticate: .authenticate
        case .ping: .ping
        case .watch: .watch
        case .closed: .closed
        case .subscribe: .subscribe
        case .unsubscribe: .unsubscribe
        case .guest: .guest
        case .presence: .presence
        case .typing: .typing
        case .seen: .seen
        case .delivered: .delivered
        case .open: .open
        case .onCase(let command): command.action.type
        }
    }

    init(_ type: CommandType, from object: JSONObject) throws(FieldFailure) {
        self =
            switch type {
            case .authenticate: .authenticate(try Authenticate(from: object))
            case .ping: .ping
            case .watch: .watch
            case .closed: .closed(try ClosedQuery(from: object))
            case .subscribe: .subscribe(try Subscription(from: object))
            case .unsubscribe: .unsubscribe(caseID: try object.name("case"))
            case .guest: .guest(caseID: try object.name("case"))
            case .presence: .presence(try SocketUse(from: object))
            case .typing: .typing(try TypingNotice(from: object))
            case .seen: .seen(try ReadMark(from: object))
            case .delivered: .delivered(try ReadMark(from: object))
            case .open: .open(try OpenCommand(from: object))
            case .identify, .send, .note, .edit, .delete, .claim, .release, .transfer, .join, .part, .leave, .snooze,
                .wake, .requestClose, .declineClose, .closeChat, .close, .reopen:
                .onCase(try CaseCommand(type, from: object))
            }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .authenticate(let command): command.write(to: &writer)
        case .ping, .watch: break
        case .closed(let query): query.write(to: &writer)
        case .subscribe(let subscription): subscription.write(to: &writer)
        case .unsubscribe(let caseID), .guest(let caseID): writer.field("case", caseID)
        case .presence(let use): use.write(to: &writer)
        case .typing(let notice): notice.write(to: &writer)
        case .seen(let mark), .delivered(let mark): mark.write(to: &writer)
        case .open(let command): command.write(to: &writer)
        case .onCase(let command): command.write(to: &writer)
        }
    }
}
