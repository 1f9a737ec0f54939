import CaseMachine
import CaseStore
import Synchronization

/// Cases whose assignee may not handle them any more: removed from the team, deactivated, or to look on from now on. They
/// are given back in the member's own name, by the way of all commands, and asked about until none is left.
///
/// Every node does it, since each hears of the change and any may stop: a second time nobody is the assignee any more, and
/// the machine turns it away. What all nodes missed by stopping is, for who cannot come in any more, a lost assignee's
/// (`assigneeLost`).
final class GivingBack: Sendable {
    private struct Loss {
        /// As they were: the command is theirs.
        let actor: MemberActor
        /// Nil: all their cases.
        var teams: Set<TeamID>?
    }

    private let losses = Mutex<[MemberID: Loss]>([:])

    var isEmpty: Bool { losses.withLock { $0.isEmpty } }

    func learn(_ roster: Roster, after before: Roster) {
        for (id, old) in before.members {
            let (then, now) = (old.actor, roster[id]?.actor)
            let mayHandle = roster[id]?.may(.sendChats) == true
            let left = Set(then.teams.keys).subtracting(now.map { Set($0.teams.keys) } ?? [])
            guard old.may(.sendChats), !mayHandle || !left.isEmpty else { continue }
            losses.withLock { losses in
                guard mayHandle else { return losses[id] = Loss(actor: then, teams: nil) }
                let known = losses[id].map(\.teams) ?? []
                losses[id] = Loss(actor: then, teams: known.map { $0.union(left) })
            }
        }
    }

    /// The commands that are still to be given; reads the store. Whoever may again, meanwhile, keeps what they have.
    func commands(_ store: any CaseStore, _ roster: Roster, atOnce limit: Int) throws(StoreError) -> [Submission] {
        var commands: [Submission] = []
        for (id, loss) in losses.withLock({ $0 }) {
            let now = roster[id]
            let mayHandle = now?.may(.sendChats) == true
            var isDone = mayHandle && loss.teams == nil
            if !isDone {
                let found = try store.list(.mine(id), after: nil, limit: limit)
                let lost = found.filter { listed in
                    guard case .success(let state) = listed.state, state.assignee == id else { return false }
                    guard mayHandle, let teams = loss.teams else { return true }
                    return teams.contains(state.team) && now?.actor.teams[state.team] == nil
                }
                isDone = lost.isEmpty && found.count < limit
                commands += lost.map { listed in
                    Submission(
                        ticket: Ticket(port: .max, tag: 0), organisation: loss.actor.organisation,
                        actor: .member(loss.actor), key: nil, command: .act(listed.id, .release))
                }
            }
            if isDone { losses.withLock { $0[id] = nil } }
        }
        return commands
    }
}
