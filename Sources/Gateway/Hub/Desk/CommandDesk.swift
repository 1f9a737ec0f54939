import CaseMachine
import CaseStore
import Presence
import Reactor
import Wire

/// The way of a command from a socket to the case engine, and of its answer back.
///
/// What one turn of the loop brings goes to the engine in one piece. Who may do what is the machine's to decide; this only
/// says who asks. Where the machine turns somebody away who may not even read the case, they hear that there is none.
final class CommandDesk {
    /// What the engine was asked, by its ticket's tag.
    private struct Question {
        let connection: ConnectionID
        let re: Int64
        let actor: Actor
        let side: Side
        /// Nil for one that is to be opened.
        let about: CaseID?
        /// As the client calls it.
        let name: String?
        /// Nobody sees these any more once the command is done: they belong to what it deletes.
        var withdraws: [FileID] = []
    }

    private unowned let desk: SocketDesk
    private var questions: [UInt64: Question] = [:]
    private var lastTag: UInt64 = 0
    private var batch: [Submission] = []

    init(_ desk: SocketDesk) { self.desk = desk }

    var roster: Roster { desk.roster }
    func holds(_ member: MemberID) -> Bool { desk.house.presence.holds(member) }

    // MARK: Asking

    func open(_ command: OpenCommand, _ session: SocketSession, _ visitor: Visitor, re: Int64) {
        switch opening(command, visitor) {
        case .failure(let fault): desk.refuse(session, fault.answering(re))
        case .success(let opening):
            var fingerprint = Fingerprint()
            fingerprint.add("open")
            fingerprint.add(command.team)
            switch command.topic {
            case .category(let category):
                fingerprint.add("category")
                fingerprint.add(category)
            case .subject(let subject):
                fingerprint.add("subject")
                fingerprint.add(subject)
            }
            let key = CommandKey(command.key, fingerprint: fingerprint.value)
            submit(.open(opening), key, addressee: nil, about: nil, name: nil, session, visitor, re: re)
        }
    }

    private func opening(_ command: OpenCommand, _ visitor: Visitor) -> Result<Opening, WireFault> {
        guard let guest = visitor.guest else { return .failure(WireFault(.notAllowed)) }
        guard let team = PublicID(text: command.team).flatMap({ desk.roster.team($0) }),
            team.organisation == visitor.organisation
        else { return .failure(WireFault(.noSuchTeam)) }
        var category: CategoryID?
        var subject = ""
        switch command.topic {
        case .category(let name):
            guard let found = PublicID(text: name).flatMap({ desk.roster.category($0) }), found.team == team.id,
                !found.category.isArchived
            else {
                return .failure(WireFault(.noSuchCategory))
            }
            category = found.category.id
        case .subject(let text):
            // Who offers categories has one chosen (S0.8).
            guard team.openCategories.isEmpty else { return .failure(WireFault(.noSuchCategory)) }
            guard !text.allSatisfy(\.isWhitespace) else { return .failure(WireFault(rejection: .empty)) }
            subject = text
        }
        return .success(
            Opening(
                organisation: visitor.organisation, team: team.id, party: .support(guest.guest), category: category,
                subject: subject, missing: team.openFields.filter(\.isMandatory).map(\.id)))
    }

    /// A cursor: without a key, because it does no harm to move it twice.
    func move(_ cursor: Command, of name: String, _ session: SocketSession, _ visitor: Visitor, re: Int64) {
        find(name, session, visitor, re: re) { [unowned self] id, visitor in
            submit(.act(id, cursor), nil, addressee: nil, about: id, name: name, session, visitor, re: re)
        }
    }

    func take(_ command: Wire.CaseCommand, _ session: SocketSession, _ visitor: Visitor, re: Int64) {
        find(command.caseID, session, visitor, re: re) { [unowned self] id, visitor in
            guard let search = FileSearch(command.action, on: id, visitor) else {
                return take(command, on: id, FilesFound(), session, visitor, re: re)
            }
            let connection = session.connection
            let isAsked = desk.ask {
                search.run($0)
            } then: { desk, found in
                guard let session = desk.sessions[connection], let visitor = session.visitor else { return }
                switch found {
                case .failure(let fault):
                    desk.commands.refuse(session, visitor.actor, about: id, re: re) { _, _ in fault }
                case .success(let files): desk.commands.take(command, on: id, files, session, visitor, re: re)
                }
            }
            if !isAsked { desk.refuse(session, WireFault(.overloaded).answering(re)) }
        }
    }

    private func take(
        _ command: Wire.CaseCommand, on id: CaseID, _ files: FilesFound, _ session: SocketSession, _ visitor: Visitor,
        re: Int64
    ) {
        switch translated(command.action, files.shared, on: id, visitor) {
        case .failure(let fault): refuse(session, visitor.actor, about: id, re: re) { _, _ in fault }
        case .success(let asked):
            let key = CommandKey(command.key, fingerprint: command.fingerprint)
            submit(
                asked.command, key, addressee: asked.addressee, about: id, name: command.caseID,
                withdraws: files.withdrawn, session, visitor, re: re)
            desk.presence.hasComposed(command.action, on: id, session)
        }
    }

    /// By the time the case is found, the socket may have ended.
    private func find(
        _ name: String, _ session: SocketSession, _ visitor: Visitor, re: Int64,
        then body: @escaping (CaseID, Visitor) -> Void
    ) {
        desk.names.find(name, for: visitor.organisation) { [unowned desk] found in
            guard let visitor = session.visitor else { return }
            switch found {
            case .failure(let fault):
                let known = PublicID(text: name).flatMap { desk.names.known($0) }
                desk.refuse(session, fault, about: known?.id, re: re)
            case .success(let id): body(id, visitor)
            }
        }
    }

    private func submit(
        _ command: CaseCommand, _ key: CommandKey?, addressee: Addressee?, about: CaseID?, name: String?,
        withdraws: [FileID] = [], _ session: SocketSession, _ visitor: Visitor, re: Int64
    ) {
        guard !desk.isClosing else { return desk.refuse(session, WireFault(.overloaded).answering(re)) }
        lastTag &+= 1
        questions[lastTag] = Question(
            connection: session.connection, re: re, actor: visitor.actor, side: visitor.side, about: about, name: name,
            withdraws: withdraws)
        batch.append(
            Submission(
                ticket: Ticket(port: desk.index, tag: lastTag), organisation: visitor.organisation,
                actor: visitor.actor, key: key, command: command, addressee: addressee))
        guard batch.count == 1 else { return }
        desk.loop.atEndOfTurn { [unowned self] _ in handOver() }
    }

    /// What this turn has brought so far: at its end, or before something is answered that says so (`ping`).
    func handOver() {
        guard !batch.isEmpty else { return }
        let submissions = batch
        batch.removeAll(keepingCapacity: true)
        guard !desk.house.submit(submissions) else { return }
        for submission in submissions { answered(submission.ticket.tag, .refused(.overloaded)) }
    }

    // MARK: Answering

    func answered(_ tag: UInt64, _ reply: Reply) {
        guard let question = questions.removeValue(forKey: tag) else { return }
        guard let session = desk.sessions[question.connection], session.visitor != nil else { return }
        switch reply {
        case .accepted(let receipt): accepted(receipt, question, session)
        case .rejected(let rejection): rejected(rejection, question, session)
        case .refused(.trouble(let trouble)):
            desk.refuse(session, WireFault(trouble: trouble), about: question.about, re: question.re)
        case .refused(let refusal):
            let fault = WireFault(code: refusal.code, message: refusal.advice, retry: refusal.mayBeRepeated)
            desk.refuse(session, fault.answering(question.re))
        }
    }

    private func accepted(_ receipt: Receipt, _ question: Question, _ session: SocketSession) {
        if !question.withdraws.isEmpty { withdraw(question.withdraws, question.actor) }
        let seq = receipt.heads.of(question.side)
        if let name = question.name {
            return desk.answer(session, question.re, .head(CaseHead(caseID: name.lowercased(), seq: seq)))
        }
        // A new case has no name but in the news that come with the answer; of one that was opened before, they may be
        // lost.
        if let name = desk.names.name(of: receipt.id) {
            return desk.answer(session, question.re, .head(CaseHead(caseID: name.text, seq: seq)))
        }
        let isAsked = desk.ask { house -> Result<String, WireFault> in
            house.load(receipt.id).map(\.publicID.text)
        } then: { desk, found in
            guard let session = desk.sessions[question.connection], session.visitor != nil else { return }
            switch found {
            case .success(let name):
                desk.answer(session, question.re, .head(CaseHead(caseID: name, seq: seq)))
            case .failure(let fault): desk.refuse(session, fault.answering(question.re))
            }
        }
        // It was done: under the same key they learn of it.
        if !isAsked { desk.refuse(session, WireFault(.unknown).answering(question.re)) }
    }

    /// What cannot be done now is left undone: the files are in no message any more that anybody is shown.
    private func withdraw(_ files: [FileID], _ actor: Actor) {
        guard let uploader = FileUploader(actor) else { return }
        _ = desk.ask { house in
            try? house.files.withdraw(files, by: uploader)
        } then: { _, _ in
        }
    }

    private func rejected(_ rejection: Rejection, _ question: Question, _ session: SocketSession) {
        guard let about = question.about else {
            return desk.refuse(session, fault(rejection, movedTo: nil).answering(question.re))
        }
        refuse(session, question.actor, about: about, movedTo: rejection.movedTo, re: question.re) { desk, into in
            desk.commands.fault(rejection, movedTo: into)
        }
    }

    /// Whoever may not read the case must not learn from an error that there is one. So the case is looked at before it is
    /// told, unless the socket is being shown the case anyway.
    private func refuse(
        _ session: SocketSession, _ actor: Actor, about id: CaseID, movedTo: CaseID? = nil, re: Int64,
        _ fault: @escaping @Sendable (SocketDesk, _ movedTo: String?) -> WireFault
    ) {
        if movedTo == nil, session.watches[id] != nil {
            return desk.refuse(session, fault(desk, nil).answering(re))
        }
        let connection = session.connection
        let isAsked = desk.ask { house -> Result<String?, WireFault> in
            house.load(id).flatMap { found in
                guard actor.mayRead(found.state) else { return .failure(WireFault(.noSuchCase)) }
                return .success(movedTo.flatMap { try? house.load($0).get().publicID.text })
            }
        } then: { desk, found in
            guard let session = desk.sessions[connection], session.visitor != nil else { return }
            switch found {
            case .failure(let fault): desk.refuse(session, fault, about: id, re: re)
            case .success(let into): desk.refuse(session, fault(desk, into).answering(re))
            }
        }
        if !isAsked { desk.refuse(session, WireFault(.overloaded).answering(re)) }
    }

    private func fault(_ rejection: Rejection, movedTo: String?) -> WireFault {
        WireFault(code: rejection.code, message: rejection.advice, detail: detail(rejection, movedTo: movedTo))
    }

    private func detail(_ rejection: Rejection, movedTo: String?) -> WireError.Detail? {
        switch rejection {
        case .alreadyClaimed(by: let member): .by(Words(desk.house, mayRead: false).member(member))
        case .identifiersMissing(let fields): .fields(fields.compactMap { desk.roster.fieldName($0) })
        case .noSuchField(let field), .badValue(let field): desk.roster.fieldName(field).map { .field($0) }
        case .movedTo: movedTo.map { .into($0) }
        case .tooLong(let limit), .tooMany(let limit): .limit(Int64(limit))
        case .notAllowed, .noSuchCase, .alreadyOpen, .notNow, .claimFirst, .closed, .startANewCase, .erased, .empty,
            .notYours, .gone, .noSuchNumber, .alreadyThere, .notThere, .invalidTime, .reasonMissing, .switchedOff,
            .callUnderWay, .noCall, .inviteFirst, .noSuchColleague, .notARoom, .sameRoom, .notMerged,
            .differentOrganisations, .differentGuests:
            nil
        }
    }
}

extension HouseServices {
    func load(_ id: CaseID) -> Result<LoadedCase, WireFault> {
        do {
            guard let found = try store.load([id]).first else { return .failure(WireFault(.noSuchCase)) }
            return found.mapError { WireFault(trouble: $0) }
        } catch {
            return .failure(WireFault(.storeAway))
        }
    }
}

extension Rejection {
    fileprivate var movedTo: CaseID? {
        if case .movedTo(let other) = self { other } else { nil }
    }
}

extension Roster {
    fileprivate func fieldName(_ id: FieldID) -> String? {
        teams.values.lazy.compactMap { $0.fields.first { $0.id == id } }.first?.publicID.text
    }
}
