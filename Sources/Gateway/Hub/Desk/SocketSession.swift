import CaseMachine
import CaseStore
import DequeModule
import Presence
import Reactor
import Wire

/// One socket: who sits at it, what it follows, and what it still wants to read. Its loop's alone.
final class SocketSession {
    enum Stage {
        /// Since when.
        case silent(Duration)
        /// A ticket is being redeemed.
        case asking
        case open(Visitor)
        /// A close frame is out, or the connection has ended.
        case ended
    }

    struct Listing {
        /// How many cases were shown.
        var count: Int64 = 0
        /// A portion could not be read: what was shown is not all there is.
        var hasFailed = false
    }

    let connection: ConnectionID
    let socket: SocketID
    var stage: Stage
    /// When it last said something.
    var heard: Duration
    var allowance: Allowance
    /// Commands that are not answered.
    var inFlight = 0
    /// Which they are, for the figures: as many as are in flight.
    var asked: [AskedCommand] = []

    var watches: [CaseID: CaseWatch] = [:]
    /// Asked for, and not granted yet: the newest wish for each.
    var wanted: [PublicID: Int64] = [:]
    /// What its inbox is made of; nothing before `watch`.
    var lists: [CaseList] = []
    /// It is being shown from the beginning.
    var listing: Listing?
    /// A guest's: what was shown last of each case. What says nothing new is not sent, for it would say that something
    /// has happened that is none of theirs.
    var shown: [CaseID: [UInt8]] = [:]
    /// Changed while the socket was paused, or could not be read then.
    var missed: Set<CaseID> = []
    var teamStates: [TeamID: TeamPresence] = [:]
    var topics: Set<TopicID> = []
    /// Cases in which somebody is shown as typing.
    var typing: Set<CaseID> = []
    var use = Attention.online
    var touchedAt: Duration?

    /// Reads that wait for their turn. One at a time: what they bring has to be taken by the peer before the next.
    var errands: Deque<() -> Bool> = []
    var isReading = false
    var isPaused = false

    init(_ connection: ConnectionID, _ socket: SocketID, _ limits: HubLimits, now: Duration) {
        self.connection = connection
        self.socket = socket
        stage = .silent(now)
        heard = now
        allowance = Allowance(perSecond: limits.commandsPerSecond, atOnce: limits.commandsAtOnce, now: now)
    }

    var visitor: Visitor? {
        if case .open(let visitor) = stage { visitor } else { nil }
    }

    var side: Side { visitor?.side ?? .guest }
}
