/// What somebody wants to happen to one case, under a key that names this wish.
package struct CaseCommand: Hashable, Sendable {
    package let caseID: String
    package let key: UInt128
    package let action: CaseAction

    package init(caseID: String, key: UInt128, action: CaseAction) {
        self.caseID = caseID
        self.key = key
        self.action = action
    }
}

package enum CaseAction: Hashable, Sendable {
    case identify([FieldEntry])
    /// Files are named, and were uploaded before.
    case send(text: String, voice: Voice, files: [String] = [])
    case note(text: String, files: [String] = [])
    /// In the numbers of who asks.
    case edit(number: Int64, text: String)
    case delete(number: Int64)
    case claim
    case release
    case transfer(TransferAim)
    case join(member: String)
    case part(member: String)
    case leave
    case snooze(until: Int64)
    case wake
    case requestClose
    case declineClose
    case closeChat
    case close(reason: String)
    case reopen
}

/// Whom a case is handed to, by name.
package enum TransferAim: Hashable, Sendable {
    case member(String)
    case team(String)
}

/// A guest's answer to an identifier that the team asks for.
package struct FieldEntry: Hashable, Sendable, JSONShape {
    package let field: String
    package let value: String

    package init(field: String, value: String) {
        self.field = field
        self.value = value
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(field: try object.name("field"), value: try object.text("value"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("field", field)
        writer.field("value", value)
    }
}

extension CaseAction {
    package var type: CommandType {
        switch self {
        case .identify: .identify
        case .send: .send
        case .note: .note
        case .edit: .edit
        case .delete: .delete
        case .claim: .claim
        case .release: .release
        case .transfer: .transfer
        case .join: .join
        case .part: .part
        case .leave: .leave
        case .snooze: .snooze
        case .wake: .wake
        case .requestClose: .requestClose
        case .declineClose: .declineClose
        case .closeChat: .closeChat
        case .close: .close
        case .reopen: .reopen
        }
    }
}

extension CaseCommand {
    init(_ type: CommandType, from object: JSONObject) throws(FieldFailure) {
        self.init(
            caseID: try object.name("case"), key: try object.key(), action: try CaseAction(type, from: object))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("case", caseID)
        writer.field("key", hexadecimal(key))
        action.write(to: &writer)
    }
}

extension CaseAction {
    fileprivate init(_ type: CommandType, from object: JSONObject) throws(FieldFailure) {
        switch type {
        case .identify: self = .identify(try object.shapes("values", atMost: WireLimits.values))
        case .send:
            self = .send(
                text: try object.text("text"), voice: try object.optionalWord("voice") ?? .own,
                files: try object.fileNames())
        case .note: self = .note(text: try object.text("text"), files: try object.fileNames())
        case .edit: self = .edit(number: try object.eventNumber(), text: try object.text("text"))
        case .delete: self = .delete(number: try object.eventNumber())
        case .claim: self = .claim
        case .release: self = .release
        case .transfer: self = .transfer(try TransferAim(from: object))
        case .join: self = .join(member: try object.name("member"))
        case .part: self = .part(member: try object.name("member"))
        case .leave: self = .leave
        case .snooze: self = .snooze(until: try object.number("until"))
        case .wake: self = .wake
        case .requestClose: self = .requestClose
        case .declineClose: self = .declineClose
        case .closeChat: self = .closeChat
        case .close: self = .close(reason: try object.text("reason"))
        case .reopen: self = .reopen
        case .authenticate, .ping, .watch, .closed, .subscribe, .unsubscribe, .guest, .presence, .typing, .seen,
            .delivered, .open:
            throw FieldFailure("type", "must be a command of a case")
        }
    }

    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .identify(let values): writer.field("values", values)
        case .send(let text, let voice, let files):
            writer.field("text", text)
            writer.field("voice", voice)
            if !files.isEmpty { writer.field("files", files) }
        case .note(let text, let files):
            writer.field("text", text)
            if !files.isEmpty { writer.field("files", files) }
        case .edit(let number, let text):
            writer.field("number", number)
            writer.field("text", text)
        case .delete(let number): writer.field("number", number)
        case .transfer(.member(let member)), .join(let member), .part(let member): writer.field("member", member)
        case .transfer(.team(let team)): writer.field("team", team)
        case .snooze(let until): writer.field("until", until)
        case .close(let reason): writer.field("reason", reason)
        case .claim, .release, .leave, .wake, .requestClose, .declineClose, .closeChat, .reopen: break
        }
    }
}

extension TransferAim {
    fileprivate init(from object: JSONObject) throws(FieldFailure) {
        switch (try object.optionalName("member"), try object.optionalName("team")) {
        case (let member?, nil): self = .member(member)
        case (nil, let team?): self = .team(team)
        case (nil, nil), (.some, .some): throw FieldFailure("member", "or team must be there, one of them")
        }
    }
}

extension JSONObject {
    /// None if the field is not there.
    fileprivate func fileNames() throws(FieldFailure) -> [String] {
        self["files"] == nil ? [] : try names("files", atMost: WireLimits.files)
    }

    /// Numbers of events begin with 1.
    fileprivate func eventNumber() throws(FieldFailure) -> Int64 {
        try integer("number", in: 1...WireLimits.largestInteger)
    }
}
