import CaseMachine
import CaseStore
import Reactor
import Wire

/// What members who look at a case are told of its letters, beside the log: one push for each event that has caused some.
extension CaseHub {
    /// A letter of the case stands otherwise than before.
    func lettersChanged(in id: CaseID) {
        guard let watched = self[id], watched.watchers.contains(where: { $0.side == .team }) else { return }
        askForNotices(watched)
    }

    /// Who has just come is told of all of them.
    func showNotices(to session: SocketSession, _ id: CaseID) {
        guard session.side == .team, let watched = self[id] else { return }
        watched.notices.newcomers.append(session.connection)
        askForNotices(watched)
    }

    /// Answers may overtake each other: the newest question's counts. What is not read now comes with the next change, or
    /// when the case is opened again.
    private func askForNotices(_ watched: WatchedCase) {
        let (id, name) = (watched.latest.id, watched.latest.publicID)
        watched.notices.question &+= 1
        let question = watched.notices.question
        _ = desk.ask { house in
            (try? house.store.letters(of: id, limit: house.limits.shownLetters))
                .map { NoticePush.all(of: $0, in: name) }
        } then: { desk, found in
            guard let found, let watched = desk.cases[id], watched.notices.question == question else { return }
            desk.cases.show(found, watched)
        }
    }

    private func show(_ found: [NoticePush], _ watched: WatchedCase) {
        let newcomers = Set(watched.notices.newcomers)
        let news = found.filter { watched.notices.shown[$0.seq] != $0 }
        watched.notices.newcomers.removeAll()
        watched.notices.shown = Dictionary(found.map { ($0.seq, $0) }) { _, newest in newest }
        for session in watched.watchers where session.side == .team {
            for notice in newcomers.contains(session.connection) ? found : news {
                desk.send(.notice(notice), to: session)
            }
        }
    }
}

/// What was shown of a case's letters to the members who look at it.
struct ShownNotices {
    var shown: [Int64: NoticePush] = [:]
    /// Sockets that were shown nothing yet.
    var newcomers: [ConnectionID] = []
    /// Counts the questions.
    var question: UInt64 = 0
}

extension NoticePush {
    /// In the order of their events.
    static func all(of letters: [LetterRecord], in name: PublicID) -> [NoticePush] {
        Dictionary(grouping: letters, by: \.item.number).sorted { $0.key < $1.key }.compactMap { number, letters in
            NoticePush(letters, of: number, in: name)
        }
    }

    /// Of several letters, that which a human has to know first: what has failed, then what is still to be done.
    private init?(_ letters: [LetterRecord], of number: Int64, in name: PublicID) {
        let order: [State] = [.dead, .failed, .trying, .waiting, .sent, .delivered, .cancelled]
        let states = letters.map { State($0) }
        guard let state = order.first(where: states.contains), let place = states.firstIndex(of: state) else {
            return nil
        }
        let letter = letters[place]
        let late = letters.compactMap(\.lateness).max()
        self.init(
            caseID: name.text, seq: number, state: state, channel: letter.channel.map { Channel($0) },
            dueAt: max(0, letter.item.due.milliseconds),
            at: (letter.reportedAt ?? letter.finishedAt)?.milliseconds,
            lateMilliseconds: late?.wholeMilliseconds,
            mayHaveGoneTwice: letters.contains(where: \.mayHaveGoneTwice), letters: Int64(letters.count))
    }
}

extension NoticePush.State {
    fileprivate init(_ letter: LetterRecord) {
        self =
            switch (letter.state, letter.delivery) {
            case (.waiting, _): letter.attempts == 0 ? .waiting : .trying
            case (.sent, nil): .sent
            case (.sent, .delivered?): .delivered
            case (.sent, .failed?): .failed
            case (.dead, _): .dead
            case (.cancelled, _): .cancelled
            }
    }
}

extension NoticePush.Channel {
    init(_ channel: LetterChannel) {
        switch channel {
        case .sms: self = .sms
        case .email: self = .email
        }
    }
}
