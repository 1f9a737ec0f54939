import LoadCheck
import Reactor
import WebSocket
import Wire

/// What a client asks for.
extension SimulatedClient {
    /// The server takes 32; some room is left for pings.
    private static var mostUnanswered: Int { 24 }

    private var connection: ConnectionID? {
        switch phase {
        case .authenticating(let connection), .ready(let connection): connection
        case .away, .fetchingTicket, .connecting, .leaving, .gone: nil
        }
    }

    func ask(_ purpose: Purpose, _ command: ClientCommand, _ loop: EventLoop) {
        guard let connection else { return }
        let id = nextID
        nextID += 1
        let now = microseconds()
        lastSent = now
        unanswered[id] = Unanswered(purpose: purpose, sentAt: now)
        let bytes = ClientMessage(id: id, command: command).json
        bytes.withUnsafeBytes { _ = loop.send(.text, $0, to: connection) }
    }

    private var canAsk: Bool {
        guard case .ready = phase, restsUntil == 0 else { return false }
        return unanswered.count < Self.mostUnanswered
    }

    /// Asks for all that is not done.
    func goOn(_ loop: EventLoop) {
        guard canAsk else { return }
        if crowd.plan.watches, participant.reads == nil, !isWatching {
            isWatching = true
            ask(.watch, .watch, loop)
        }
        open(loop)
        for index in claims.indices where !claims[index].isUnderWay && canAsk {
            claims[index].isUnderWay = true
            let claim = claims[index]
            let command = CaseCommand(caseID: claim.caseID, key: claim.key, action: .claim)
            ask(.claim(caseID: claim.caseID), .onCase(command), loop)
        }
        for followed in order {
            guard canAsk else { return }
            goOn(followed, loop)
        }
    }

    func goOn(_ followed: FollowedCase, _ loop: EventLoop) {
        guard canAsk else { return }
        if followed.subscription == .none, !followed.isRead {
            followed.subscription = .asked
            crowd.book.note(.subscribe, number) {
                $0.caseID = followed.id
                $0.after = followed.last
                $0.generation = generation
            }
            let subscription = Subscription(caseID: followed.id, after: followed.last, generation: generation)
            ask(.subscribe(followed), .subscribe(subscription), loop)
        }
        guard !followed.isSending, let message = followed.outbox.first, canAsk else { return }
        followed.isSending = true
        crowd.book.note(.send, number) {
            $0.caseID = followed.id
            $0.number = message.number
        }
        let action: CaseAction =
            message.isNote ? .note(text: message.text) : .send(text: message.text, voice: .own)
        let command = CaseCommand(caseID: followed.id, key: message.key, action: action)
        ask(.send(followed), .onCase(command), loop)
    }

    private func open(_ loop: EventLoop) {
        guard let opening, !opening.isUnderWay else { return }
        switch opening.step {
        case .open:
            self.opening?.isUnderWay = true
            let command = OpenCommand(key: opening.openKey, team: opening.team, topic: opening.topic)
            ask(.open, .open(command), loop)
        case .identify(let caseID):
            self.opening?.isUnderWay = true
            let command = CaseCommand(
                caseID: caseID, key: opening.identifyKey, action: .identify(opening.values))
            ask(.identify, .onCase(command), loop)
        case .done:
            break
        }
    }
}
