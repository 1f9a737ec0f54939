import CaseMachine
import CaseStore
import Feed

/// A list that sockets of this loop have in front of them.
final class ListWatch {
    var watchers: [SocketSession] = []
    var sweep = Sweep<CaseID>()
}

extension Visitor {
    /// What the inbox is made of.
    var lists: [CaseList] {
        switch actor {
        case .guest(let guest): [.ofGuest(guest.guest, open: true), .ofGuest(guest.guest, open: false)]
        case .member(let member): member.teams.keys.sorted().map { .open($0) } + [.mine(member.member)]
        case .client, .system: []
        }
    }
}

extension CaseState {
    /// The lists that this case may have come into; the columns say whether it has.
    var candidateLists: [CaseList] {
        var lists: [CaseList] = [.open(team)]
        if let assignee { lists.append(.mine(assignee)) }
        for guest in Set([party.guest].compactMap(\.self) + absorbed.flatMap(\.guests)) {
            lists.append(.ofGuest(guest, open: true))
            lists.append(.ofGuest(guest, open: false))
        }
        return lists
    }
}
