import CaseMachine
import CaseStore
import DequeModule

/// A command that has reached its case.
struct Pending {
    enum Origin {
        case person(Ticket)
        /// The house's own: a deadline, an absence, a changed policy.
        case errand
    }

    let origin: Origin
    let organisation: OrganisationID?
    let actor: Actor
    let key: CommandKey?
    let command: CaseCommand
    /// What the log says of the event that is to be changed, as of the case's version `at`.
    var target: (found: Command.Target?, at: Int64)?
    /// The store has said, since the command came, that its key is new and what the case is like.
    var isVerified = false
    var attempts = 0

    init(_ submission: Submission) {
        origin = .person(submission.ticket)
        organisation = submission.organisation
        actor = submission.actor
        key = submission.key
        command = submission.command
    }

    init(errand command: Command, on id: CaseID) {
        origin = .errand
        organisation = nil
        actor = .system
        key = nil
        self.command = .act(id, command)
    }

    var isErrand: Bool {
        switch origin {
        case .person: false
        case .errand: true
        }
    }

    /// Of whoever gave it, if it can be repeated.
    var keyName: KeyName? {
        guard let key, let organisation else { return nil }
        return KeyName(organisation: organisation, author: actor.author, value: key.value)
    }
}

/// A case in the engine's hands: what is known of it, and what waits for it.
final class CaseSlot {
    enum Standing {
        /// Not known, or not known any more: to be loaded when something is wanted of it.
        case unknown
        case idle
        case loading
        case committing
    }

    let id: CaseID
    var standing: Standing
    var known: LoadedCase?
    /// The case is to be made, under this name.
    var publicID: PublicID?
    var waiting: Deque<Pending> = []
    /// It stands in a queue of the engine's, so as not to stand there twice.
    var isQueued = false
    /// Used since the cache last came by.
    var wasUsed = true
    /// One of several commands spoiled their common unit: from here on each goes by itself, until one was stored.
    var goesSingly = false

    init(_ id: CaseID, standing: Standing) {
        self.id = id
        self.standing = standing
    }

    /// The load that is under way asks on behalf of the first that waits.
    var asksForFirst = false
    /// The news of a command that was decided before have to go out again.
    var owesNews = false

    var wantsWork: Bool { !waiting.isEmpty || owesNews }
    var hasPeople: Bool { waiting.contains { !$0.isErrand } }
    var isBusy: Bool {
        switch standing {
        case .loading, .committing: true
        case .unknown, .idle: false
        }
    }
}
