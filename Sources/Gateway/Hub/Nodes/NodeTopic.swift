import Broker
import CaseMachine
import CaseStore

/// What nodes tell each other about, and what a node asks the broker for while one of its sockets looks there.
enum NodeTopic: Hashable, Sendable {
    /// Presence, sessions that end, rosters that change: every node's.
    case house
    /// A case that sockets follow.
    case `case`(CaseID)
    /// A list that sockets have in front of them.
    case team(TeamID)
    case member(MemberID)
    case guest(GuestID)

    var name: String {
        switch self {
        case .house: "foyer:house"
        case .case(let id): "foyer:c:\(id.value)"
        case .team(let id): "foyer:t:\(id.value)"
        case .member(let id): "foyer:m:\(id.value)"
        case .guest(let id): "foyer:g:\(id.value)"
        }
    }

    init?(name: String) {
        if name == NodeTopic.house.name {
            self = .house
            return
        }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "foyer", let number = Int64(parts[2]) else { return nil }
        switch parts[1] {
        case "c": self = .case(CaseID(number))
        case "t": self = .team(TeamID(number))
        case "m": self = .member(MemberID(number))
        case "g": self = .guest(GuestID(number))
        default: return nil
        }
    }

    /// Lists that are one person's, or one team's, are told of together.
    init?(_ list: CaseList) {
        switch list {
        case .mine(let member): self = .member(member)
        case .unassigned(let team), .open(let team), .closed(let team), .unread(let team): self = .team(team)
        case .ofGuest(let guest, open: _): self = .guest(guest)
        case .ofClient: return nil
        }
    }

    /// Short names of numbers always fit.
    var brokerTopic: BrokerTopic? { BrokerTopic(name) }
}

extension Publication {
    /// Everywhere where a socket of another node may have it in front of it, or had it until now.
    var topics: [NodeTopic] {
        var topics: [NodeTopic] = [.case(id), .team(state.team)]
        if let previousTeam { topics.append(.team(previousTeam)) }
        for member in [state.assignee, previousAssignee] { if let member { topics.append(.member(member)) } }
        for guest in Set([state.party.guest].compactMap(\.self) + state.absorbed.flatMap(\.guests)) {
            topics.append(.guest(guest))
        }
        return topics
    }
}
