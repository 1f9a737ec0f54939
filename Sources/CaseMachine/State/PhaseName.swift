/// A phase without what it carries: the columns of the tables. `none` and `erased` are where every case begins and ends.
package enum PhaseName: String, Hashable, Sendable, CaseIterable {
    case none, intake, waiting, active, snoozed, closing, closed, merged, thread, erased

    /// For a person, after "while the conversation is".
    package var words: String {
        switch self {
        case .none: "not begun"
        case .intake: "waiting for your details"
        case .waiting: "waiting in the queue"
        case .active: "being worked on"
        case .snoozed: "put aside"
        case .closing: "about to be closed"
        case .closed: "closed"
        case .merged: "part of another one"
        case .thread: "an open thread"
        case .erased: "removed"
        }
    }
}

extension Phase {
    package var name: PhaseName {
        switch self {
        case .intake: .intake
        case .waiting: .waiting
        case .active: .active
        case .snoozed: .snoozed
        case .closing: .closing
        case .closed: .closed
        case .merged: .merged
        case .thread: .thread
        }
    }
}

extension CaseState {
    package var phaseName: PhaseName { isErased ? .erased : phase.name }
}
