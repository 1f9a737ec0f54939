/// What the server says: an answer, an error or a push.
package enum ServerMessage: Hashable, Sendable {
    case answer(re: Int64, Answer)
    case error(WireError)
    case summary(CaseSummary)
    /// The case has left the list.
    case gone(caseID: String)
    case event(EventPush)
    case caughtUp(CaughtUp)
    /// The client's log is another one: it forgets what it has.
    case afresh(caseID: String)
    case presence(PresencePush)
    case typing(TypingPush)
    case notice(NoticePush)
    case file(FilePush)
    /// What was told at the beginning is another now.
    case settings(SettingsPush)
}

/// The word behind `push`.
package enum PushType: String, Hashable, Sendable, CaseIterable {
    case summary, gone, event, caughtUp, afresh, presence, typing, notice, file, settings
}

extension ServerMessage {
    package var json: [UInt8] {
        JSONWriter.message { writer in
            switch self {
            case .answer(let re, let answer):
                writer.field("re", re)
                writer.object("ok") { answer.write(to: &$0) }
            case .error(let error):
                writer.field("re", error.re)
                writer.field("error", error)
            case .summary(let summary):
                writer.field("push", PushType.summary)
                writer.field("case", summary)
            case .gone(let caseID):
                writer.field("push", PushType.gone)
                writer.field("case", caseID)
            case .event(let push):
                writer.field("push", PushType.event)
                push.write(to: &writer)
            case .caughtUp(let push):
                writer.field("push", PushType.caughtUp)
                push.write(to: &writer)
            case .afresh(let caseID):
                writer.field("push", PushType.afresh)
                writer.field("case", caseID)
            case .presence(let push):
                writer.field("push", PushType.presence)
                push.write(to: &writer)
            case .typing(let push):
                writer.field("push", PushType.typing)
                push.write(to: &writer)
            case .notice(let push):
                writer.field("push", PushType.notice)
                push.write(to: &writer)
            case .file(let push):
                writer.field("push", PushType.file)
                push.write(to: &writer)
            case .settings(let push):
                writer.field("push", PushType.settings)
                push.write(to: &writer)
            }
        }
    }

    /// For clients. An error whose `re` is 0 may be about any command.
    package init(json bytes: [UInt8]) throws(WireError) {
        let (object, re) = try readMessage(bytes, limits: .server, keepingNumber: "re")
        do throws(FieldFailure) {
            self = try Self(from: object)
        } catch {
            throw WireError(re: re, error)
        }
    }

    private init(from object: JSONObject) throws(FieldFailure) {
        guard object["re"] == nil else {
            let re = try object.number("re")
            if object["error"] == nil {
                self = .answer(re: re, try object.shape("ok"))
            } else {
                let error: WireError = try object.shape("error")
                self = .error(error.answering(re))
            }
            return
        }
        let type: PushType = try object.word("push")
        self =
            switch type {
            case .summary: .summary(try object.shape("case"))
            case .gone: .gone(caseID: try object.name("case"))
            case .event: .event(try EventPush(from: object))
            case .caughtUp: .caughtUp(try CaughtUp(from: object))
            case .afresh: .afresh(caseID: try object.name("case"))
            case .presence: .presence(try PresencePush(from: object))
            case .typing: .typing(try TypingPush(from: object))
            case .notice: .notice(try NoticePush(from: object))
            case .file: .file(try FilePush(from: object))
            case .settings: .settings(try SettingsPush(from: object))
            }
    }
}
