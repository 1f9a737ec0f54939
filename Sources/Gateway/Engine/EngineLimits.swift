package import CaseMachine

/// The bounds of one case engine. A test may make them small; the product uses them as they are.
package struct EngineLimits: Hashable, Sendable {
    /// Commands of one organisation that wait: two full batches, some 10 ms of the engine's work. Who comes later is told
    /// to try again, and the other organisations notice nothing.
    package var waitingPerOrganisation = 2048
    package var waitingBytesPerOrganisation = 8 << 20
    /// Of all organisations together: more than eight that flood the house at once fill it.
    package var waiting = 65_536
    /// Bytes of text in them: `waiting` longest messages would be a gigabyte.
    package var waitingBytes = 64 << 20
    /// Commands that have left their organisation's lane for their case: what is in hand is served in turn, so that this
    /// is how far a flood can run ahead of everybody else.
    package var inHand = 2048
    /// Commands of one case in one commit: their events are decided on each other, and a conflict repeats them all.
    package var commandsPerRun = 64
    /// Commands in one commit: at 1,024, all but a hundredth of what a commit costs by itself is shared (docs/store.md).
    package var commandsPerBatch = 1024
    /// Bytes of text in one commit, so that a batch of longest messages does not hold up everybody for a second.
    package var bytesPerBatch = 4 << 20
    /// A second batch is closed while one is being written only if it has this many commands: a smaller one does better by
    /// staying open, and being written with what comes meanwhile. Batches below this are written by the engine's own thread.
    package var commandsBesideCommit = 256
    /// Cases that are loaded by one read.
    package var casesPerLoad = 256
    /// Idle cases that are kept, some 1.5 KB each: those of a busy day of a large clinic.
    package var cachedCases = 20_000
    /// What the house itself has to do (deadlines, absences, policies), at most so much of it in hand at once, and so
    /// much of it in one commit while people wait: 50,000 cases due at once are then worked off beside live messages.
    package var errandsInHand = 256
    package var errandsPerBatch = 32

    /// How often the store is asked for due cases, which is how late a deadline is met in a quiet house.
    package var duePoll: Duration = .seconds(1)
    /// How often a node says that it lives, and which members it holds.
    package var heartbeat: Duration = .seconds(10)
    /// A node that was not heard of for this long is gone: three heartbeats, one of which a busy disk may delay.
    package var nodeSilence: Duration = .seconds(30)
    /// A command that is repeated after this long is a new one (docs/store.md): a client that was asleep for a month has
    /// other worries than its outbox.
    package var keyLifetime: Duration = .days(30)
    /// How often keys that have outlived that are removed.
    package var keySweep: Duration = .hours(1)
    /// After an unanswered COMMIT, or a store that could not be read.
    package var retryPause: Duration = .milliseconds(200)
    /// A conflict has a winner each time, so that losing this often in a row means that something is wrong.
    package var attempts = 64
    /// After a commit, those who were just answered often send again at once: waiting for them shares the next commit
    /// with those who have waited since. This much of what the last commit took.
    package var gatheringShare = 0.3
    package var longestGathering: Duration = .milliseconds(2)

    package init() {}
}

/// How a team wants its cases to be handled. An object, because it is passed on with every command.
package final class TeamRules: Sendable {
    package let policy: Policy
    /// Of the team's time zone, now.
    package let minutesEastOfUTC: Int
    /// Until a guest is answered; nil if nobody can tell.
    package let estimatedWaitMinutes: Int?

    package init(policy: Policy = Policy(), minutesEastOfUTC: Int = 0, estimatedWaitMinutes: Int? = nil) {
        self.policy = policy
        self.minutesEastOfUTC = minutesEastOfUTC
        self.estimatedWaitMinutes = estimatedWaitMinutes
    }

    /// By the team's own clocks.
    package func local(at moment: Timestamp) -> LocalMinute {
        LocalMinute(moment, minutesEastOfUTC: minutesEastOfUTC)
    }
}
