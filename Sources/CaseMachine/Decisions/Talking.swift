#if FOYER_MUTANTS
import Mutants
#endif

extension Draft {
    mutating func send(_ message: Message) throws(Rejection) {
        try check(message)
        try checkClientChat()
        let isGuest = actor.author.side == .guest
        switch state.phase {
        case .closed:
            // Nobody of the team writes into a closed case by accident: a member reopens it first.
            guard isGuest else { throw .closed }
            try reopen()
        case .snoozed: if isGuest { add(.woke(.guestWrote), by: .system) }
        case .intake, .waiting, .active, .closing, .merged, .thread: break
        }
        // A guest has one voice.
        add(.messageSent(isGuest ? message.inOwnVoice : message))
    }

    mutating func edit(_ target: Command.Target, _ text: String) throws(Rejection) {
        try checkTarget(target)
        if target.numbers.forGuest != nil { try checkClientChat() }
        guard !text.allSatisfy(\.isWhitespace) else { throw .empty }
        try check(text: text)
        add(.messageEdited(target.numbers, text: text))
    }

    mutating func delete(_ target: Command.Target) throws(Rejection) {
        try checkTarget(target)
        add(.messageDeleted(target.numbers))
    }

    /// A note is for the team alone and is no action: it neither answers the guest nor keeps the case open.
    mutating func write(_ note: Message) throws(Rejection) {
        try check(note)
        add(.noteWritten(note.inOwnVoice))
    }

    mutating func markSeen(upTo number: Int64) throws(Rejection) {
        let side = try readingSide(number)
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.cursorMovesBack) { return add(.seen(side, upTo: number)) }
        #endif
        guard number > state[side].seenUpTo, isReader(of: side) else { return }
        add(.seen(side, upTo: number))
    }

    mutating func markDelivered(upTo number: Int64) throws(Rejection) {
        let side = try readingSide(number)
        guard number > state[side].deliveredUpTo else { return }
        add(.delivered(side, upTo: number))
    }

    private func readingSide(_ number: Int64) throws(Rejection) -> Side {
        guard let side = actor.author.side else { throw .notAllowed }
        // A cursor ahead of the log would hide what comes next.
        guard number > 0, number <= state.head(of: side) else { throw .noSuchNumber }
        return side
    }

    /// A colleague's glance at a claimed case is no news to who handles it: the team has seen what they have seen.
    private func isReader(of side: Side) -> Bool {
        guard side == .team, state.assignee != nil else { return true }
        return !actor.relations(to: state).isDisjoint(with: [.assignee, .participant])
    }

    /// What reaches a client needs the chat switched on and, on the team's side, the permission to write to clients.
    private func checkClientChat() throws(Rejection) {
        guard case .direct = state.party else { return }
        guard policy.allowsClientChat else { throw .switchedOff }
        guard !actor.relations(to: state).isDisjoint(with: [.clientWriter, .clinicWriter]) else { throw .notAllowed }
    }

    private func checkTarget(_ target: Command.Target) throws(Rejection) {
        guard target.author == actor.author else { throw .notYours }
        guard target.isChangeable else { throw .gone }
        guard target.numbers.forTeam > 0, target.numbers.forTeam <= state.teamHead else { throw .noSuchNumber }
    }
}
