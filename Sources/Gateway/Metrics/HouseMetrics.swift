import CaseMachine
import CaseStore
import Presence
import Reactor
import Wire

/// What the live side has counted: the engine, the desks of the loops, presence.
extension MetricsRegistry {
    func watch<Store: CaseStore>(_ live: LiveHouse<Store>) {
        register {
            guard let reading = await live.look(within: Self.answer) else { return nil }
            return Self.text(of: reading)
        }
        register {
            guard let reading = await live.readDesks(within: Self.answer) else { return nil }
            return Self.text(of: reading, waitingReads: live.waitingReads)
        }
        register {
            guard let reading = await live.readPresence(within: Self.answer) else { return nil }
            return Self.text(of: reading)
        }
    }

    /// Items that have to leave the building. Counted by reading them, so that no store needs a counter.
    func watch(_ store: some CaseStore) {
        let work = BlockingWork("metrics", atOnce: 1, waiting: 4)
        register {
            let count = await work.run { try? store.outbox(after: 0, limit: Self.mostOutboxItems).count }
            guard case .some(.some(let count)) = count else { return nil }
            var text = MetricsText()
            text.gauge(
                "foyer_outbox_items", "What waits to leave the building (SMS, e-mail); at most 1000 are counted.", count
            )
            return text
        }
    }

    private static let mostOutboxItems = 1000

    private static func text(of reading: EngineReading) -> MetricsText {
        let figures = reading.figures
        var text = MetricsText()
        text.gauge("foyer_engine_waiting", "Commands that wait for the case engine.", reading.waiting)
        text.gauge(
            "foyer_engine_in_hand", "Commands that the case engine has begun and not answered.", reading.inHand)
        text.gauge("foyer_engine_cached_cases", "Cases that the case engine has in memory.", reading.cachedCases)
        text.counter("foyer_engine_answered_total", "Commands that the case engine has answered.", figures.answered)
        text.counter(
            "foyer_engine_refused_total", "Commands that were turned away because too many waited.", figures.refused)
        text.counter("foyer_engine_stored_total", "Commands whose decision was stored.", figures.stored)
        text.counter(
            "foyer_engine_repeats_total", "Commands that were decided before, and got the same answer.", figures.repeats
        )
        text.counter(
            "foyer_engine_conflicts_total",
            "Cases that another node had changed first, so that they were decided anew.",
            figures.conflicts)
        text.counter("foyer_engine_loads_total", "Cases that were read from the store.", figures.loads)
        text.counter("foyer_commits_total", "Transactions that were handed to the store.", figures.commits)
        text.histogram(
            "foyer_commit_seconds", "From handing a transaction to the store to its answer.", figures.commitTime)
        text.histogram("foyer_commit_commands", "Commands in one transaction.", figures.commandsPerCommit)
        let errors = figures.storeErrors
        text.counters(
            "foyer_store_errors_total", "What the store could not do for the case engine, by what it said.",
            [
                (MetricLabels(MetricLabel("kind", "full")), errors.full),
                (MetricLabels(MetricLabel("kind", "unavailable")), errors.unavailable),
                (MetricLabels(MetricLabel("kind", "unknown")), errors.unknown),
                (MetricLabels(MetricLabel("kind", "fatal")), errors.fatal),
            ])
        text.counter("foyer_deadlines_met_total", "Deadlines of cases that were met.", figures.deadlinesMet)
        text.histogram(
            "foyer_deadline_lateness_seconds", "By how much deadlines were met late: from the moment to the commit.",
            figures.lateness)
        return text
    }

    private static func text(of reading: DeskReading, waitingReads: Int) -> MetricsText {
        let figures = reading.figures
        var text = MetricsText()
        text.gauges(
            "foyer_sockets", "Sockets of the chat by who sits at them; stranger: has not authenticated yet.",
            [
                (MetricLabels(MetricLabel("side", "guest")), reading.guests),
                (MetricLabels(MetricLabel("side", "team")), reading.members),
                (MetricLabels(MetricLabel("side", "stranger")), reading.strangers),
            ])
        text.counters(
            "foyer_sockets_authenticated_total",
            "Sockets that came in, were turned away, or were told to come back later because too many came at once.",
            [
                (MetricLabels(MetricLabel("outcome", "admitted")), figures.admitted),
                (MetricLabels(MetricLabel("outcome", "refused")), figures.turnedAway),
                (MetricLabels(MetricLabel("outcome", "wait")), figures.toldToWait),
            ])
        text.counters(
            "foyer_commands_total", "Commands of the protocol that were answered, by type and outcome.",
            CommandType.allCases.flatMap { type in
                DeskFigures.Outcome.allCases.map { outcome in
                    (
                        MetricLabels(MetricLabel("type", type), MetricLabel("outcome", outcome)),
                        figures.count(type, outcome)
                    )
                }
            })
        text.histogram(
            "foyer_command_seconds", "From a command that is to be stored to its acknowledgement.", figures.acknowledged
        )
        text.counter(
            "foyer_errors_sent_total", "Errors that clients were sent, also for what was no command.", figures.errors)
        text.gauge("foyer_feeds", "Cases that sockets follow.", reading.feeds)
        text.gauge("foyer_feeds_reading", "Of those, how many read the log.", reading.feedsReading)
        text.gauge(
            "foyer_feeds_repairing", "Of those, how many wait for an event that was overtaken.", reading.feedsRepairing)
        text.gauge("foyer_lists", "Lists of cases that somebody has in front of them.", reading.lists)
        text.gauge("foyer_sockets_paused", "Sockets whose peers have much to take.", reading.pausedSockets)
        text.counter(
            "foyer_socket_pauses_total", "Times that a socket was paused until its peer had taken what waited.",
            figures.slowPauses)
        text.counter(
            "foyer_sockets_too_slow_total", "Sockets that were closed because they could not keep up.", figures.slowEnds
        )
        text.counter(
            "foyer_sweep_finds_total",
            "Changes that were found by comparing with the store: a hint was lost, or is on its way.",
            figures.sweepFinds)
        text.gauge("foyer_reads_waiting", "Reads of the store that wait for a thread.", waitingReads)
        return text
    }

    private static func text(of reading: PresenceReading) -> MetricsText {
        var text = MetricsText()
        text.gauge("foyer_presence_people", "People with a socket at this node.", reading.census.people)
        text.gauge("foyer_presence_topics", "Teams and cases in which they are present.", reading.census.topics)
        text.gauge(
            "foyer_presence_watched_topics", "Teams and cases whose presence somebody here looks at.",
            reading.watchedTopics)
        text.gauge("foyer_presence_peers", "Other nodes that are alive as far as this one knows.", reading.census.peers)
        return text
    }
}
