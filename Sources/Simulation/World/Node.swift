import CaseMachine
import CaseStore
import Feed
import Gateway
import Presence

/// One start of one process: the product's engine, presence, feeds and sweeps, and around them only what the gateway's
/// sessions and its hub will be. What it knows ends with it.
final class Node {
    /// Its place among the nodes; the next process to be started there has the same.
    let place: Int
    let number: Int64
    let engine: CaseEngine
    var presence: PresenceNode
    var isAlive = true
    /// Its clock differs from the others' by this.
    let skew: Duration
    /// Monotonic clocks of different nodes have nothing in common.
    let upSince: Duration
    var rules: [TeamID: TeamRules]

    // Sessions and what they look at.
    var sessions: [Int: Session] = [:]
    var watchers: [CaseID: [Int]] = [:]
    var lists: [CaseList: ListWatch] = [:]
    var cases = Sweep<CaseID>()
    var lastSweep: Duration = .zero
    var sweepPlan = 0

    // The broker, as this node sees it.
    var hasBroker = true
    var topics: [Topic: TopicStanding] = [:]

    // When the engine and presence are to be called.
    var enginePlan = 0
    var presencePlan = 0
    var isPumping = false
    /// Until then commits are under way: one at a time.
    var commitsFreeAt: Duration = .zero
    var resultsFreeAt: Duration = .zero

    init(
        place: Int, number: Int64, engine: CaseEngine, presence: PresenceNode, skew: Duration, upSince: Duration,
        rules: [TeamID: TeamRules]
    ) {
        self.place = place
        self.number = number
        self.engine = engine
        self.presence = presence
        self.skew = skew
        self.upSince = upSince
        self.rules = rules
    }

    var sessionIDs: [Int] { sessions.keys.sorted() }
}

enum TopicStanding {
    case asked
    case confirmed
}

/// What a node has of a list that somebody has in front of them.
struct ListWatch {
    var sweep = Sweep<CaseID>()
    /// The newest that was heard of each, also of those that left the list.
    var heard: [CaseID: Int64] = [:]
    var sessions: [Int] = []
}

/// A socket, as the node sees it.
final class Session {
    let id: Int
    let client: Client
    var feeds: [CaseID: SessionFeed] = [:]

    init(id: Int, client: Client) {
        self.id = id
        self.client = client
    }

    var side: Side { client.person.actor.readingSide }
}

struct SessionFeed {
    var feed = Feed<CaseEvent>()
    /// Which of the client's subscriptions to the case this is.
    var subscription: Int
}
