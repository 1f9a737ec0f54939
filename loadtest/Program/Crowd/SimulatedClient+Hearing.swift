import DequeModule
import LoadCheck
import Reactor
import Wire

/// What a client is told.
extension SimulatedClient {
    private static var restMicroseconds: Int64 { 250_000 }

    func received(_ bytes: UnsafeRawBufferPointer, _ loop: EventLoop) {
        if let caseID = SummaryGlance.caseID(bytes) { return listed(caseID) }
        let message: ServerMessage
        do throws(WireError) {
            message = try ServerMessage(json: Array(bytes))
        } catch {
            crowd.book.note(.unreadable, number) { $0.code = error.message }
            return fail("cannot read what the server says: \(error.message)")
        }
        switch message {
        case .answer(let re, let answer):
            guard let purpose = unanswered.removeValue(forKey: re)?.purpose else { return }
            answered(purpose, answer, loop)
        case .error(let error): refused(error, loop)
        case .summary(let summary): listed(summary.id)
        case .event(let push): happened(push)
        case .caughtUp(let push): caughtUp(push, loop)
        case .afresh(let caseID): beginAfresh(caseID, loop)
        case .gone, .presence, .typing, .notice, .file, .settings: break
        }
    }

    private func listed(_ caseID: String) {
        guard listed.insert(caseID).inserted else { return }
        crowd.book.note(.list, number) { $0.caseID = caseID }
    }

    // MARK: Answers

    private func answered(_ purpose: Purpose, _ answer: Answer, _ loop: EventLoop) {
        switch (purpose, answer) {
        case (.authenticate, .welcome(let welcome)): cameIn(welcome)
        case (.open, .head(let head)): didOpen(head.caseID)
        case (.identify, .head(let head)): isOpen(head.caseID)
        case (.claim(let caseID), .head): didClaim(caseID)
        case (.send(let followed), .head(let head)): acknowledged(followed, head)
        case (.subscribe(let followed), .done): followed.subscription = .granted
        case (.ping, .pong), (.watch, .watched): break
        case (.authenticate, _), (.open, _), (.identify, _), (.claim, _), (.send, _), (.subscribe, _), (.ping, _),
            (.watch, _):
            crowd.book.note(.unreadable, number) { $0.code = "an answer of another command" }
            return fail("an answer does not fit its command")
        }
        goOn(loop)
    }

    private func cameIn(_ welcome: Welcome) {
        guard case .authenticating(let connection) = phase else { return }
        phase = .ready(connection)
        inSince = microseconds()
        generation = welcome.generation
        if wasIn { crowd.plan.progress.add(.reconnected) } else { introduce(welcome) }
        crowd.book.note(.connect, number) {
            $0.generation = welcome.generation
            $0.node = crowd.plan.addresses[nodes.current].address.description
        }
    }

    private func introduce(_ welcome: Welcome) {
        wasIn = true
        let teams = welcome.teams.filter { $0.rank != nil }
        crowd.book.note(.client, number) {
            $0.role = participant.role
            $0.reads = participant.reads
            switch welcome.me {
            case .guest(let guest): $0.person = guest.id
            case .member(let member, _):
                $0.person = member.id
                $0.teams = teams.map(\.id)
            }
        }
        crowd.plan.progress.arrived { $0.teams[number] = teams }
    }

    private func didOpen(_ caseID: String) {
        guard let opening else { return }
        crowd.book.note(.open, number) {
            $0.caseID = caseID
            $0.team = opening.team
            $0.key = hexadecimal(opening.openKey, digits: 32)
        }
        follow(caseID)
        self.opening?.isUnderWay = false
        if opening.values.isEmpty { isOpen(caseID) } else { self.opening?.step = .identify(caseID: caseID) }
    }

    private func isOpen(_ caseID: String) {
        opening?.step = .done
        crowd.plan.progress.arrived { $0.opened.append((number, caseID)) }
    }

    private func didClaim(_ caseID: String) {
        claims.removeAll { $0.caseID == caseID }
        crowd.book.note(.claim, number) { $0.caseID = caseID }
        follow(caseID)
        crowd.plan.progress.arrived { $0.paired.append((number, caseID)) }
    }

    private func acknowledged(_ followed: FollowedCase, _ head: CaseHead) {
        followed.isSending = false
        guard let message = followed.outbox.popFirst() else { return }
        if participant.isMeasured {
            crowd.latencies.acknowledged(due: message.dueMicroseconds)
            // In this order: whoever sees the one has seen the other.
            if !message.isNote { crowd.plan.progress.add(.deliverable) }
        }
        crowd.plan.progress.add(.acknowledged)
        crowd.book.note(.ack, number) {
            $0.caseID = followed.id
            $0.number = message.number
            $0.seq = head.seq
        }
    }

    // MARK: Errors

    private func refused(_ error: WireError, _ loop: EventLoop) {
        guard let purpose = unanswered.removeValue(forKey: error.re)?.purpose else {
            return fail("the server complains: \(error.code): \(error.message)")
        }
        if error.retry {
            crowd.plan.progress.add(.retried)
            restsUntil = microseconds() + Self.restMicroseconds
            return askAgain(purpose)
        }
        switch purpose {
        case .authenticate:
            // The server closes with the code that says what to do.
            break
        case .send(let followed):
            followed.isSending = false
            guard let message = followed.outbox.popFirst() else { return }
            crowd.plan.progress.add(.refused)
            crowd.book.note(.refuse, number) {
                $0.caseID = followed.id
                $0.number = message.number
                $0.code = error.code
            }
            goOn(loop)
        case .ping, .watch, .open, .identify, .subscribe, .claim:
            fail("\(error.code): \(error.message)")
        }
    }

    private func askAgain(_ purpose: Purpose) {
        switch purpose {
        case .authenticate, .ping: break
        case .watch: isWatching = false
        case .open, .identify: opening?.isUnderWay = false
        case .subscribe(let followed): followed.subscription = .none
        case .claim(let caseID):
            for index in claims.indices where claims[index].caseID == caseID { claims[index].isUnderWay = false }
        case .send(let followed): followed.isSending = false
        }
    }

    // MARK: Pushes

    private func happened(_ push: EventPush) {
        let isText = push.event.type == .message || push.event.type == .note
        let mark = Self.text(of: push.event).flatMap(MessageMark.init)
        let own = mark.flatMap { $0.run == crowd.plan.run ? $0 : nil }
        crowd.book.note(.receive, number) {
            $0.caseID = push.caseID
            $0.seq = push.seq
            $0.shared = push.shared
            $0.type = push.event.type.rawValue
            $0.isIntact = isText ? mark != nil : nil
            $0.from = own?.client
            $0.number = own?.number
        }
        guard let followed = cases[push.caseID], push.seq > followed.last else { return }
        followed.last = push.seq
        guard let own, push.event.type == .message, own.client != number, participant.reads == nil else { return }
        if participant.isOnlooker { return crowd.plan.progress.add(.heard) }
        guard participant.isMeasured else { return }
        crowd.latencies.delivered(due: own.dueMicroseconds)
        crowd.plan.progress.add(.delivered)
    }

    private static func text(of event: WireEvent) -> String? {
        if case .message(.written(let text), _, _) = event { return text }
        if case .note(.written(let text), _) = event { return text }
        return nil
    }

    private func caughtUp(_ push: CaughtUp, _ loop: EventLoop) {
        crowd.book.note(.caughtUp, number) {
            $0.caseID = push.caseID
            $0.seq = push.seq
            $0.generation = push.generation
        }
        guard let followed = cases[push.caseID] else { return }
        followed.isCaughtUp = true
        if participant.isOnlooker, !isInPlace {
            isInPlace = true
            if let lostAt { crowd.latencies.back(lostAt: lostAt) }
            crowd.plan.progress.add(.inPlace)
        }
        guard participant.reads != nil, !followed.isRead else { return }
        followed.isRead = true
        guard order.allSatisfy(\.isRead) else { return }
        crowd.plan.progress.add(.readersDone)
        leave(loop)
    }

    private func beginAfresh(_ caseID: String, _ loop: EventLoop) {
        crowd.book.note(.afresh, number) { $0.caseID = caseID }
        guard let followed = cases[caseID] else { return }
        followed.last = 0
        followed.subscription = .none
        goOn(followed, loop)
    }
}

/// The case of a summary without reading all of it: a member is told of every message in every case of their teams, and
/// only the first time each is of interest.
enum SummaryGlance {
    private static let beginning: StaticString = #"{"push":"summary","case":{"id":""#

    static func caseID(_ bytes: UnsafeRawBufferPointer) -> String? {
        let count = beginning.utf8CodeUnitCount
        let isSummary = beginning.withUTF8Buffer { bytes.count > count && bytes.prefix(count).elementsEqual($0) }
        guard isSummary else { return nil }
        let rest = bytes[count...].prefix(WireLimits.nameBytes + 1)
        guard let end = rest.firstIndex(of: UInt8(ascii: "\"")),
            !rest[..<end].contains(UInt8(ascii: "\\"))
        else { return nil }
        return String(decoding: rest[..<end], as: UTF8.self)
    }
}
