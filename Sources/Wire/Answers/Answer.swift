/// What stands behind `ok`. The command says which one it is; they are also told apart by their fields.
package enum Answer: Hashable, Sendable {
    /// To `authenticate`.
    case welcome(Welcome)
    /// To `ping`.
    case pong(now: Int64)
    /// To `watch`: how many summaries came before.
    case watched(count: Int64)
    /// To `closed`.
    case closed(ClosedPage)
    /// To `guest`.
    case guest(GuestPanel)
    /// To a command of a case.
    case head(CaseHead)
    /// To what has no more to say: `subscribe`, `unsubscribe`, `presence`, `typing`.
    case done
}

/// An answer without what it carries; it does not stand in the message.
package enum AnswerType: String, Hashable, Sendable, CaseIterable {
    case welcome, pong, watched, closed, guest, head, done
}

extension Answer {
    package var type: AnswerType {
        switch self {
        case .welcome: .welcome
        case .pong: .pong
        case .watched: .watched
        case .closed: .closed
        case .guest: .guest
        case .head: .head
        case .done: .done
        }
    }
}

/// The newest number of a case, for the sender, after their command.
package struct CaseHead: Hashable, Sendable, JSONShape {
    package let caseID: String
    package let seq: Int64

    package init(caseID: String, seq: Int64) {
        self.caseID = caseID
        self.seq = seq
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(caseID: try object.name("case"), seq: try object.number("seq"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("case", caseID)
        writer.field("seq", seq)
    }
}

package struct ClosedPage: Hashable, Sendable, JSONShape {
    package let cases: [CaseSummary]
    /// What to ask for the next page behind; nil on the last one.
    package let next: String?

    package init(cases: [CaseSummary], next: String?) {
        self.cases = cases
        self.next = next
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(cases: try object.shapes("cases"), next: try object.optionalName("next"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("cases", cases)
        writer.field("next", next)
    }
}

extension Answer: JSONShape {
    init(from object: JSONObject) throws(FieldFailure) {
        if object.has("generation") {
            self = .welcome(try Welcome(from: object))
        } else if object.has("now") {
            self = .pong(now: try object.number("now"))
        } else if object.has("count") {
            self = .watched(count: try object.number("count"))
        } else if object.has("guest") {
            self = .guest(try GuestPanel(from: object))
        } else if object.has("cases") {
            self = .closed(try ClosedPage(from: object))
        } else if object.has("case") {
            self = .head(try CaseHead(from: object))
        } else {
            self = .done
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .welcome(let welcome): welcome.write(to: &writer)
        case .pong(let now): writer.field("now", now)
        case .watched(let count): writer.field("count", count)
        case .closed(let page): page.write(to: &writer)
        case .guest(let panel): panel.write(to: &writer)
        case .head(let head): head.write(to: &writer)
        case .done: break
        }
    }
}
