package import CaseMachine
package import CaseStore
package import Reactor

/// The case engine at work: its own thread feeds it, a second one writes large batches while the next is decided, a third
/// one reads.
///
/// Small batches are written by the engine's own thread: handing them over would cost more than it saves.
package final class EngineService<Store: CaseStore>: Sendable {
    /// Called on the engine's thread with what one turn has brought, in order.
    package typealias Hand = @Sendable ([EngineOutput]) -> Void

    private let mailbox: Mailbox<EngineLetter>
    private let engine: OwnThread
    private let writer: StoreWorker<Store>
    private let reader: StoreWorker<Store>

    /// `fail` is told that the store cannot be trusted any more, and is expected to end the process: a restart reads what
    /// is true.
    package init(
        _ store: Store, node: NodeID, limits: EngineLimits = EngineLimits(), rules: TeamRules = TeamRules(),
        hand: @escaping Hand, fail: @escaping @Sendable (StoreError) -> Void
    ) throws(ReactorError) {
        // Twice the bytes that the engine's own lanes take, whatever the number of letters: it looks here every few
        // milliseconds.
        let mailbox = try Mailbox<EngineLetter>(capacity: 2 * limits.waiting, maxBytes: 2 * limits.waitingBytes)
        self.mailbox = mailbox
        let report: @Sendable (JobID, JobResult) -> Void = { id, result in
            _ = mailbox.post(.finished(id, result), urgent: true)
        }
        let writer = try StoreWorker("store-writer", store, node: node, report: report)
        let reader: StoreWorker<Store>
        do {
            reader = try StoreWorker("store-reader", store, node: node, report: report)
        } catch {
            writer.stop()
            throw error
        }
        self.writer = writer
        self.reader = reader
        engine = try OwnThread("case-engine") {
            var generator = SystemRandomNumberGenerator()
            let engine = CaseEngine(limits: limits, rules: rules, at: SystemClock.now()) { generator.next() }
            let turns = EngineTurns(
                engine, store: store, node: node, mailbox: mailbox, writer: writer, reader: reader, hand: hand,
                fail: fail)
            turns.run()
        }
    }

    /// From any thread: what one turn of a loop has brought, in its order, so that a busy loop wakes the engine once a turn.
    /// False if too much is waiting: the answer to all of them is `Refusal.overloaded`.
    package func submit(_ submissions: [Submission]) -> Bool {
        guard !submissions.isEmpty else { return true }
        let bytes = submissions.reduce(0) { $0 + $1.command.byteCount }
        return mailbox.post(.submit(submissions), byteCount: bytes) == .accepted
    }

    /// The team's open cases are measured by its new rules from here on.
    package func adopt(_ rules: TeamRules, for team: TeamID) {
        _ = mailbox.post(.adopt(rules, team), urgent: true)
    }

    /// The members who have a socket at this node, whenever that changes.
    package func hold(_ members: Set<MemberID>) { _ = mailbox.post(.hold(members), urgent: true) }

    /// What another node has stored. Left out when much is waiting: the commit finds out.
    package func learn(_ publication: Publication) { _ = mailbox.post(.learn(publication), byteCount: 1024) }

    /// From any thread: how the engine is, between two of its turns. Nil if it has not answered in time, or has ended.
    package func look(within limit: Duration) async -> EngineReading? {
        await Question.ask(within: limit) { question in
            _ = mailbox.post(.look(question), urgent: true)
        }
    }

    /// Carries out what was submitted before, hands out the answers, says goodbye and ends. Once, and not from `hand`.
    /// What comes later is not accepted.
    package func stop() {
        _ = mailbox.post(.stop, urgent: true)
        engine.join()
        writer.stop()
        reader.stop()
    }
}

enum EngineLetter: Sendable {
    case submit([Submission])
    case finished(JobID, JobResult)
    case adopt(TeamRules, TeamID)
    case hold(Set<MemberID>)
    case learn(Publication)
    case look(Question<EngineReading>)
    case stop
}
