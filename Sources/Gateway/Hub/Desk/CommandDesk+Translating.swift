import CaseMachine
import CaseStore
import Wire

extension CommandDesk {
    /// A command as the machine takes it, with whom it names.
    struct Translated {
        let command: CaseCommand
        var addressee: Addressee?
    }

    /// What the client's names stand for. Names of another organisation stand for nothing.
    func translated(
        _ action: CaseAction, _ files: [SharedFile], on id: CaseID, _ visitor: Visitor
    ) -> Result<Translated, WireFault> {
        func act(_ command: Command) -> Result<Translated, WireFault> {
            .success(Translated(command: .act(id, command)))
        }
        switch action {
        case .identify(let values): return identify(values, id, visitor)
        case .send(let text, let voice, _):
            // A guest has one voice.
            let voice = visitor.side == .team ? CaseMachine.Voice(voice) : .own
            return act(.send(Message(text: text, files: files, voice: voice)))
        case .note(let text, _): return act(.note(Message(text: text, files: files)))
        case .edit(let number, let text): return .success(Translated(command: .edit(id, number: number, text: text)))
        case .delete(let number): return .success(Translated(command: .delete(id, number: number)))
        case .claim: return act(.claim)
        case .release: return act(.release)
        case .transfer(.member(let name)):
            return member(name, visitor).map { member in
                Translated(command: .act(id, .transfer(.member(member.id))), addressee: addressee(member))
            }
        case .transfer(.team(let name)):
            guard let team = PublicID(text: name).flatMap({ roster.team($0) }),
                team.organisation == visitor.organisation
            else { return .failure(WireFault(rejection: .noSuchColleague)) }
            let addressee = Addressee(organisation: team.organisation, isPresent: true)
            return .success(Translated(command: .act(id, .transfer(.team(team.id))), addressee: addressee))
        case .join(let name):
            return member(name, visitor).map { member in
                Translated(command: .act(id, .addParticipant(member.id)), addressee: addressee(member))
            }
        case .part(let name):
            return member(name, visitor).map { Translated(command: .act(id, .removeParticipant($0.id))) }
        case .leave: return act(.leave)
        case .snooze(let until): return act(.snooze(until: Timestamp(milliseconds: until)))
        case .wake: return act(.wake)
        case .requestClose: return act(.requestClose)
        case .declineClose: return act(.declineClose)
        case .closeChat: return act(.closeChat)
        case .close(let reason): return act(.closeWithoutConsent(reason: reason))
        case .reopen: return act(.reopen)
        }
    }

    private func identify(
        _ values: [FieldEntry], _ id: CaseID, _ visitor: Visitor
    ) -> Result<Translated, WireFault> {
        var answers: [FieldValue] = []
        for value in values {
            guard let found = PublicID(text: value.field).flatMap({ roster.field($0) }),
                roster[found.team]?.organisation == visitor.organisation
            else { return .failure(WireFault(.noSuchField)) }
            answers.append(FieldValue(field: found.field.id, value: value.value))
        }
        return .success(Translated(command: .act(id, .submitIdentifiers(answers))))
    }

    private func member(_ name: String, _ visitor: Visitor) -> Result<Member, WireFault> {
        guard let member = PublicID(text: name).flatMap({ roster.member($0) }),
            member.isActive, member.organisation == visitor.organisation
        else { return .failure(WireFault(rejection: .noSuchColleague)) }
        return .success(member)
    }

    private func addressee(_ member: Member) -> Addressee {
        Addressee(organisation: member.organisation, isPresent: holds(member.id))
    }
}

extension WireFault {
    init(rejection: Rejection) { self.init(code: rejection.code, message: rejection.advice) }
}

extension Wire.CaseCommand {
    /// Of its content alone, as it was sent: names stand for themselves, whatever they stand for later.
    var fingerprint: UInt64 {
        var print = Fingerprint()
        print.add(action.type.rawValue)
        print.add(caseID.lowercased())
        switch action {
        case .identify(let values):
            print.add(Int64(values.count))
            for value in values {
                print.add(value.field)
                print.add(value.value)
            }
        case .send(let text, let voice, let files):
            print.add(text)
            print.add(voice.rawValue)
            for file in files { print.add(file.lowercased()) }
        case .note(let text, let files):
            print.add(text)
            for file in files { print.add(file.lowercased()) }
        case .edit(let number, let text):
            print.add(number)
            print.add(text)
        case .delete(let number): print.add(number)
        case .transfer(.member(let name)), .join(let name), .part(let name): print.add("member \(name)")
        case .transfer(.team(let name)): print.add("team \(name)")
        case .snooze(let until): print.add(until)
        case .close(let reason): print.add(reason)
        case .claim, .release, .leave, .wake, .requestClose, .declineClose, .closeChat, .reopen: break
        }
        return print.value
    }
}
