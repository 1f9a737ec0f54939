import Feed

/// The bounds of the live side, of one socket unless it says otherwise. A test may make them small; the product uses them
/// as they are.
package struct HubLimits: Sendable {
    /// From the upgrade to `authenticate`: the ticket was fetched before, so that only the network takes time.
    package var beginning: Duration = .seconds(10)
    /// A client that has sent nothing for 20 s pings, but a hidden tab's timers run once a minute: two of those may be late.
    /// A dead connection is found earlier, by the WebSocket's own pings.
    package var silence: Duration = .seconds(150)
    /// Of a client's message. A text of `Limits.textBytes` fits, even if every second character is escaped.
    package var messageBytes = 64 << 10
    /// Commands that are not answered yet. A client keeps one unanswered `send` per case, and a screen shows a handful of
    /// cases; the rest is cursors and questions.
    package var inFlight = 32
    /// Commands a second, and as many as may come at once after a rest: faster than anybody types, clicks or scrolls.
    package var commandsPerSecond = 20
    package var commandsAtOnce = 60
    /// Cases that a client follows at once: the chats that fit on a large screen, several times over.
    package var subscriptions = 50

    /// Above this many bytes that the peer has not taken, nothing is read for it, and what can wait does. Where the loop
    /// stops to read from the peer, too.
    package var pauseBytes = 64 << 10
    /// Above this many the socket is closed and told to resume: below the loop's own bound, whose code says less.
    package var closeBytes = 768 << 10
    /// How often it is looked whether a paused socket can take more.
    package var resumeInterval: Duration = .milliseconds(50)
    /// Text in one page of a log. A page of the longest messages would be more than a socket may have waiting.
    package var pageBytes = 64 << 10
    /// Cases in one portion of a list.
    package var listPage = 100

    /// Cases of one team that an inbox shows: more is a matter for searching, not for scrolling.
    package var inboxCases = 1000
    package var guestCases = 200
    /// Letters of a case that members are told of; older ones are about what was seen long ago.
    package var shownLetters = 50
    package var panelCases = 50
    /// Closed cases of a team that are looked through for a page, newest first.
    package var closedCases = 10_000
    /// At most one summary of a case and socket in this time: a burst of messages changes one line of a list.
    package var summaryInterval: Duration = .milliseconds(50)

    /// How often what is watched is compared with the store, whatever was published.
    package var sweep: Duration = SweepPace.usual
    /// Lists of a loop that are compared in one read: some milliseconds of a reader.
    package var sweptLists = 100

    /// Names of cases that a loop knows the numbers of, some 50 bytes each.
    package var knownNames = 50_000
    /// Subjects of cases and names of guests that the process remembers, some 200 bytes each.
    package var knownFacts = 20_000
    /// Reads that wait for a reader, of the whole process: some seconds of work. Who comes later is told to try again.
    package var waitingReads = 8192
    /// Threads that read the store. The store has four readers, of which the engine uses one.
    package var readers = 2
    /// A session that was ended is remembered for this long: longer than a ticket lives, so that one that is being
    /// redeemed at that moment opens no socket.
    package var endedSessions: Duration = .seconds(120)
    /// At most once in this time the directory is told that a session is in use.
    package var touchInterval: Duration = .seconds(60)
    /// Sockets that come in, with all that they ask for first: what two nodes do on two cores beside serving those who are
    /// in, with the database on the same machine (docs/faults.md, storm). Zero: any number.
    package var admissionsPerSecond = 450
    /// Of them, those whose tickets are looked at together: what a node with a slow database gathers in 50 ms.
    package var admissionsAtOnce = 32
    /// Sockets whose subscriptions, or portions of lists, are read together: enough that a storm asks the database a fraction,
    /// and fewer than tickets, since a portion is up to `listPage` cases, which one thread opens before it answers anybody.
    package var readsAtOnce = 16
    /// Cases that are given back at once by a member who may not handle them any more; the next ones a second later, so that
    /// guests' commands stand between them.
    package var casesGivenBackAtOnce = 100
    /// When the house closes its clients come back within this time, each at a moment of its own: as many a second as can
    /// be let in again.
    package var comebackPerSecond = 450
    package var longestComeback: Duration = .seconds(30)

    package init() {}
}
