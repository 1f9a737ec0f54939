import CaseMachine
import Feed
import Reactor
import Wire

/// What a desk has seen since it began. Its loop's thread alone counts, and hands out a copy when it is asked.
struct DeskFigures: Sendable {
    enum Outcome: String, CaseIterable, Sendable {
        case ok
        /// It may not be done, or not now.
        case rejected
        /// Something of ours was away or too busy: the client sends it again.
        case retry

        init(_ error: WireError) { self = error.retry ? .retry : .rejected }
    }

    /// By type, and within it by outcome.
    private var commands = [Int](repeating: 0, count: CommandType.allCases.count * Outcome.allCases.count)
    /// From the command to its answer, of those that were to be stored and were.
    private(set) var acknowledged = Histogram(.latency)
    /// Errors that were sent, also to what was no command.
    var errors = 0
    var admitted = 0
    /// Tickets that were no good, or that nobody could look at.
    var turnedAway = 0
    /// Sockets that were sent away to come back later, because too many came at once.
    var toldToWait = 0
    var slowPauses = 0
    var slowEnds = 0
    /// Cases whose version in the store was another than the last that this loop was told of: hints that were lost.
    var sweepFinds = 0

    func count(_ type: CommandType, _ outcome: Outcome) -> Int { commands[Self.place(of: type, outcome)] }

    mutating func settle(_ asked: AskedCommand, _ outcome: Outcome, now: Duration) {
        commands[Self.place(of: asked.type, outcome)] &+= 1
        if outcome == .ok, asked.type.isStored { acknowledged.add(now - asked.at) }
    }

    mutating func add(_ other: DeskFigures) {
        for index in commands.indices { commands[index] &+= other.commands[index] }
        acknowledged.add(other.acknowledged)
        errors &+= other.errors
        admitted &+= other.admitted
        turnedAway &+= other.turnedAway
        toldToWait &+= other.toldToWait
        slowPauses &+= other.slowPauses
        slowEnds &+= other.slowEnds
        sweepFinds &+= other.sweepFinds
    }

    private static func place(of type: CommandType, _ outcome: Outcome) -> Int {
        (places[type] ?? 0) + (outcome == .ok ? 0 : outcome == .rejected ? 1 : 2)
    }

    private static let places = Dictionary(
        uniqueKeysWithValues: CommandType.allCases.enumerated().map { ($1, $0 * Outcome.allCases.count) })
}

/// A command that is not answered yet, as long as its socket lives.
struct AskedCommand: Sendable {
    let re: Int64
    let type: CommandType
    let at: Duration
}

extension CommandType {
    /// Whether it comes to something in the store: whoever sent it waits for a commit.
    fileprivate var isStored: Bool {
        switch self {
        case .authenticate, .ping, .watch, .closed, .subscribe, .unsubscribe, .guest, .presence, .typing: false
        case .seen, .delivered, .open, .identify, .send, .note, .edit, .delete, .claim, .release, .transfer, .join,
            .part, .leave, .snooze, .wake, .requestClose, .declineClose, .closeChat, .close, .reopen:
            true
        }
    }
}

/// How a desk is at one moment.
struct DeskReading: Sendable {
    var figures = DeskFigures()
    /// Sockets that have authenticated, by their side.
    var guests = 0
    var members = 0
    /// Sockets that have not.
    var strangers = 0
    var pausedSockets = 0
    /// Cases that sockets follow, each socket by itself.
    var feeds = 0
    var feedsReading = 0
    var feedsRepairing = 0
    /// Lists that somebody has in front of them.
    var lists = 0

    mutating func add(_ other: DeskReading) {
        figures.add(other.figures)
        guests += other.guests
        members += other.members
        strangers += other.strangers
        pausedSockets += other.pausedSockets
        feeds += other.feeds
        feedsReading += other.feedsReading
        feedsRepairing += other.feedsRepairing
        lists += other.lists
    }
}

extension SocketDesk {
    /// Looks at every socket and feed of the loop: some 10 ns each, once for each time that somebody reads the metrics.
    var reading: DeskReading {
        var reading = DeskReading(figures: figures, lists: inboxes.watchedLists)
        for session in sessions.values {
            switch session.stage {
            case .silent, .asking: reading.strangers += 1
            case .open(let visitor):
                if visitor.side == .guest { reading.guests += 1 } else { reading.members += 1 }
            case .ended: break
            }
            if session.isPaused { reading.pausedSockets += 1 }
            for watch in session.watches.values {
                reading.feeds += 1
                switch watch.feed.phase {
                case .reading: reading.feedsReading += 1
                case .repairing: reading.feedsRepairing += 1
                case .ended, .subscribing, .live: break
                }
            }
        }
        return reading
    }
}
