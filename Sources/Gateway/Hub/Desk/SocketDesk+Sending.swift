import CaseMachine
import CaseStore
import DequeModule
import Feed
import Reactor
import WebSocket
import Wire

/// What goes out to a socket, and how much of it at once.
extension SocketDesk {
    // MARK: Answers

    /// To a command that was counted as in flight.
    func answer(_ session: SocketSession, _ re: Int64, _ answer: Answer) {
        session.inFlight -= 1
        settle(session, re, .ok)
        send(.answer(re: re, answer), to: session)
    }

    /// The same, where it came to nothing.
    func refuse(_ session: SocketSession, _ error: WireError) {
        session.inFlight -= 1
        settle(session, error.re, DeskFigures.Outcome(error))
        fail(session, error)
    }

    private func settle(_ session: SocketSession, _ re: Int64, _ outcome: DeskFigures.Outcome) {
        guard let place = session.asked.firstIndex(where: { $0.re == re }) else { return }
        figures.settle(session.asked.remove(at: place), outcome, now: now)
    }

    /// The same, of a case. That it is damaged hears only who has it in front of them: nobody can say who else may read it,
    /// so for everybody else there is none. No `id`: this loop knows nothing of the case.
    func refuse(_ session: SocketSession, _ fault: WireFault, about id: CaseID?, re: Int64) {
        let isShown = id.map { session.watches[$0] != nil || inboxes.stands($0, inListsOf: session) } ?? false
        let isSecret = fault.code == ErrorCode.caseUnreadable.rawValue && !isShown
        refuse(session, (isSecret ? WireFault(.noSuchCase) : fault).answering(re))
    }

    /// An error about what was never in flight.
    func fail(_ session: SocketSession, _ error: WireError) {
        figures.errors &+= 1
        send(.error(error), to: session)
    }

    // MARK: Bytes

    func send(_ message: ServerMessage, to session: SocketSession) { send(message.json, to: session) }

    func send(_ bytes: [UInt8], to session: SocketSession) {
        if case .ended = session.stage { return }
        bytes.withUnsafeBytes { _ = loop.send(.text, $0, to: session.connection) }
        guard let waiting = loop.queuedBytes(of: session.connection) else { return }
        if waiting > house.limits.closeBytes {
            figures.slowEnds &+= 1
            end(session.connection, .tooSlow, "this socket could not keep up")
        } else if waiting > house.limits.pauseBytes {
            pause(session)
        }
    }

    func end(_ connection: ConnectionID, _ code: SocketEnd, _ reason: String) {
        loop.close(connection, CloseCode(rawValue: code.rawValue), reason)
        if let session = sessions[connection] { leave(session) }
    }

    // MARK: Slow readers

    /// Nothing more is read for the socket, and what can wait does, until its peer has taken what lies there.
    private func pause(_ session: SocketSession) {
        guard !session.isPaused else { return }
        session.isPaused = true
        figures.slowPauses &+= 1
        for watch in session.watches.values { watch.feed.pause() }
        watchPauses()
    }

    private func watchPauses() {
        guard !isWatchingPauses else { return }
        isWatchingPauses = true
        loop.after(house.limits.resumeInterval) { [unowned self] _ in
            isWatchingPauses = false
            for session in sessions.values where session.isPaused {
                if loop.queuedBytes(of: session.connection) ?? 0 <= house.limits.pauseBytes / 2 { resume(session) }
            }
            if sessions.values.contains(where: \.isPaused) { watchPauses() }
        }
    }

    private func resume(_ session: SocketSession) {
        guard session.visitor != nil else { return }
        session.isPaused = false
        cases.resumed(session)
        inboxes.resumed(session)
        presence.resumed(session)
        pump(session)
    }

    // MARK: Reading for a socket

    /// In its turn: one read of a socket at a time, and none while it is paused. The errand starts the read, and whatever
    /// ends it calls `errandIsDone`; false if it could not be started, and then it was answered.
    func queue(_ session: SocketSession, _ errand: @escaping () -> Bool) {
        session.errands.append(errand)
        pump(session)
    }

    func errandIsDone(_ session: SocketSession) {
        session.isReading = false
        pump(session)
    }

    private func pump(_ session: SocketSession) {
        while !session.isReading, !session.isPaused, let errand = session.errands.popFirst() {
            session.isReading = true
            if !errand() { session.isReading = false }
        }
    }

    /// The same for what many ask at the same time; `made` of it on the other thread.
    func ask<Question: Sendable, Answer: Sendable, Value: Sendable>(
        _ together: KeyPath<HouseServices, AskedTogether<Question, Answer>>, _ question: Question,
        made: @escaping @Sendable (HouseServices, Answer) -> Value,
        then: @escaping @Sendable (SocketDesk, Value) -> Void
    ) -> Bool {
        let index = index
        return house[keyPath: together].ask(question) { [house] answer in
            let value = made(house, answer)
            house.doors[index]?.tell(urgent: true) { desk in then(desk, value) }
        }
    }

    /// Reads on another thread, and comes back to this loop. False if too much is waiting to be read.
    func ask<Value: Sendable>(
        _ read: @escaping @Sendable (HouseServices) -> Value, then: @escaping @Sendable (SocketDesk, Value) -> Void
    ) -> Bool {
        let index = index
        return house.readers.take { [house] in
            let value = read(house)
            // Urgent: bounded by what was asked.
            house.doors[index]?.tell(urgent: true) { desk in then(desk, value) }
        }
    }
}
